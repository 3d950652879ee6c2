using Sandglass.Generation;

namespace Sandglass.Cli;

/// <summary><c>run --n N</c>: the samples one after another, and of each but the first where it leaves the first one's text.</summary>
internal sealed class SampleRuns(Terminal terminal, IReadOnlyList<TextGeneration> samples, Func<int, IRunOutput> outputOf, bool json)
{
    private readonly bool _compares = samples.Count > 1 && !json;
    private readonly List<(int Id, string Shown)> _first = [];   // what the others are compared with, and nothing more: a text may be long

    /// <summary>Shows all of them. They are written at the same time; the later ones' tokens wait.</summary>
    /// <param name="begun">Called when the first token has come.</param>
    /// <returns>Whether one was cancelled.</returns>
    public async Task<bool> ShowAsync(Action begun)
    {
        bool cancelled = false;
        for (int i = 0; i < samples.Count; i++)
        {
            if (i > 0 && !json) terminal.Output.Write("\n");    // an empty line between two texts
            GenerationResult result = await ShowAsync(i, begun);
            cancelled |= result.Finish == FinishReason.Cancelled;
        }
        return cancelled;
    }

    private async Task<GenerationResult> ShowAsync(int sample, Action begun)
    {
        IRunOutput output = outputOf(sample);
        GeneratedToken? other = null;
        int index = 0;
        bool endsInABreak = false;
        await foreach (GeneratedToken token in samples[sample])
        {
            begun();
            if (_compares && sample == 0) _first.Add((token.Id, Quoted(token)));
            else if (_compares && other is null && (index >= _first.Count || _first[index].Id != token.Id)) other = token;
            output.Token(token, isShared: sample > 0 && other is null);
            if (token.Text.Length > 0) endsInABreak = token.Text[^1] == '\n';
            index++;
        }
        begun();
        GenerationResult result = await samples[sample].Result;
        if (!json && !terminal.OutputIsTerminal && samples.Count > 1 && !endsInABreak) terminal.Output.Write("\n");
        output.End(result);
        if (sample > 0 && !json) terminal.Note(Departure(sample, other, index));
        return result;
    }

    private string Departure(int sample, GeneratedToken? other, int length)
    {
        if (other is not null && other.Index < _first.Count) return $"Sample {sample} departs from sample 0 at token {Amount.Whole(other.Index)}: " +
            $"{Quoted(other)} instead of {_first[other.Index].Shown}.";
        return length == _first.Count
            ? $"Sample {sample} is sample 0 again."
            : $"Sample {sample} is sample 0 with {(length < _first.Count ? "less" : "more")} of it.";
    }

    private static string Quoted(GeneratedToken token) =>
        token.Bytes.IsEmpty
            ? "the end"
            : $"\"{Terminal.Harmless(System.Text.Encoding.UTF8.GetString(token.Bytes.Span)).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
}
