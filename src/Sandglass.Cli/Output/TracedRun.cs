using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary><c>run --trace</c>: shows a text as it is shown untraced, and puts what is told of it into a file.</summary>
/// <param name="trace">Of the text.</param>
/// <param name="file">Where its steps go.</param>
/// <param name="output">Where its tokens go.</param>
/// <param name="explains">Whether the output explains them; the trace always does.</param>
internal sealed class TracedRun(TextTrace trace, TraceFile file, IRunOutput output, bool explains)
{
    /// <summary>Shows it. The file is whole whatever happens, unless it cannot be written.</summary>
    /// <param name="begun">Called when the first token has come.</param>
    /// <returns>Whether it was cancelled.</returns>
    public async Task<bool> ShowAsync(Action begun)
    {
        try
        {
            await foreach (TraceStep step in trace)
            {
                file.Write(step);
                if (step is PrefillStep) continue;
                begun();
                if (step is TokenStep { Token: GeneratedToken token }) output.Token(explains ? token : token with { Explanation = null }, isShared: false);
            }
            begun();
            GenerationResult result = await trace.Result;
            foreach (GeneratedToken token in trace.BeamTokens) output.Token(token, isShared: false);
            output.End(result);
            return result.Finish == FinishReason.Cancelled;
        }
        finally
        {
            await trace.DisposeAsync();     // where the output's reader has left it goes no further
            file.Complete(trace.Result.IsCompletedSuccessfully ? await trace.Result : null);
        }
    }
}
