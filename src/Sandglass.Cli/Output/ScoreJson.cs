using System.Text.Json;
using Sandglass.Generation;
using Sandglass.Kernels;

namespace Sandglass.Cli;

/// <summary><c>score --json</c>.</summary>
internal sealed class ScoreJson(Stream output, ComputeMode compute) : IScoreOutput
{
    private readonly JsonLines _lines = new(output);

    public void Begin(int[] ids) { }

    public void Token(TokenScore score)
    {
        Utf8JsonWriter json = _lines.Begin();
        json.WriteNumber("index", score.Index);
        json.WriteNumber("id", score.Id);
        json.WriteNumber("next", score.Next);
        json.WriteFloat("logprob", score.Logprob);
        json.WriteNumber("rank", score.Rank);
        json.WriteTop(score.Top);
        if (score.LogitsHash is not null) json.WriteString("logitsHash", score.LogitsHash);
        _lines.End();
    }

    public void End(Sum sum, bool cancelled)
    {
        Utf8JsonWriter json = _lines.Begin();
        json.WriteNumber("tokens", sum.Tokens);
        json.WriteDouble("sumLogprob", sum.Logprob);
        json.WriteDouble("perplexity", sum.Perplexity);
        json.WriteComputation(KernelPath.Name, compute);
        _lines.End();
    }
}
