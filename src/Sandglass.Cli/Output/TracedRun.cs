using Sandglass.Generation;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary><c>run --trace</c>: shows a text as it is shown untraced, and puts what is told of it into a file.</summary>
/// <param name="trace">Of the text.</param>
/// <param name="file">Where its steps go.</param>
/// <param name="output">Where its tokens go.</param>
/// <param name="explains">Whether the output explains them; the trace always does.</param>
internal sealed class TracedRun(TextTrace trace, TraceFile file, IRunOutput output, bool explains)
{
    private bool _lacksStep;        // which could not be written

    /// <summary>Shows it. The file is whole whatever happens, unless it cannot be written: then none takes the place of what was there.</summary>
    /// <param name="begun">Called when the first token has come.</param>
    /// <returns>Whether it was cancelled.</returns>
    public async Task<bool> ShowAsync(Action begun)
    {
        bool isCancelled;
        try
        {
            isCancelled = await ShowStepsAsync(begun);
        }
        catch
        {
            await trace.DisposeAsync();     // where the output's reader has left it goes no further
            if (!_lacksStep) await TryCompleteAsync();
            throw;
        }
        await trace.DisposeAsync();
        await CompleteAsync();
        return isCancelled;
    }

    private async Task<bool> ShowStepsAsync(Action begun)
    {
        await foreach (TraceStep step in trace)
        {
            _lacksStep = true;
            file.Write(step);
            _lacksStep = false;
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

    private async Task CompleteAsync() => file.Complete(trace.Result.IsCompletedSuccessfully ? await trace.Result : null);

    private async Task TryCompleteAsync()
    {
        try
        {
            await CompleteAsync();
        }
        catch (ModelFileException)
        {
            // the first error is the one to report
        }
    }
}
