using System.Text;

namespace Sandglass.ServeBench.Load;

/// <summary>Prompts of common words, about a token each, so that any tokenizer gives about the length that was asked for; the server's count is what is
/// reported.</summary>
/// <param name="seed">Of the words that differ. Two runs with the same seed ask the same; a run that must find nothing in a prefix cache takes another.</param>
internal sealed class Prompts(Workload workload, int seed)
{
    private static readonly string[] Words =
        ("time year people way day man thing woman life child world school state family student group country problem hand part place case "
        + "week company system program question work government number night point home water room mother area money story fact month lot "
        + "right study book eye job word business issue side kind head house service friend father power hour game line end member law car "
        + "city community name president team minute idea body information back parent face others level office door health person art war "
        + "history party result change morning reason research girl guy moment air teacher force education").Split(' ');

    private readonly string _shared = Sentence(new Random(0), (int)(workload.Prompt.Most * workload.Shared));

    private readonly Random _random = new(seed);

    /// <summary>The next request's prompt, and how many tokens are to be written.</summary>
    public (string Prompt, int Output) Next()
    {
        int length = workload.Prompt.Draw(_random), shared = (int)(length * workload.Shared);
        string common = shared == 0 ? "" : string.Join(' ', _shared.Split(' ').Take(shared)) + " ";
        return (common + Sentence(_random, Math.Max(1, length - shared)), workload.Output.Draw(_random));
    }

    private static string Sentence(Random random, int words)
    {
        StringBuilder text = new();
        for (int i = 0; i < words; i++) text.Append(i == 0 ? "" : " ").Append(Words[random.Next(Words.Length)]);
        return text.ToString();
    }
}
