using System.Globalization;
using Sandglass.ServeBench.Client;
using Sandglass.ServeBench.Load;

namespace Sandglass.ServeBench.Output;

/// <summary>How a comparison was made, for the end of its report.</summary>
internal static class Method
{
    public static string Of(Plan plan)
    {
        Measuring measuring = plan.Measuring;
        string endpoint = measuring.Asking.Chat ? "Chat completions" : "Completions";
        string full = measuring.Asking.IgnoreEnd ? "Answers go on to their full length (`ignore_eos`). " : "";
        string good = measuring.Goodput == new Goodput() ? "" : $"""

             * Good requests keep {measuring.Goodput}.
            """;
        return string.Create(CultureInfo.InvariantCulture, $"""
             * Rounds: {plan.Rounds}. In each, at each point, the engine alone and the servers take turns, and each round another one begins.
               A server is started for a point, warmed for {measuring.Warm.Seconds} s by the same load with other prompts and short answers,
               measured for {measuring.Extent.Seconds} s (what was begun is waited for and counted), and stopped.
             * {endpoint}, streamed. {Choosing(measuring.Asking.Choosing)} {full}No prompt comes twice.
             * A ratio is the median over the rounds of ours over theirs, for times of theirs over ours: above 1 is ahead.
               TTFT: from sending to the first event with text. TPOT: (end to end - TTFT) / (tokens - 1). ITL: every gap between events.
             * *The engine alone*: `sandglass bench --batch` with as many texts as clients, which reads no prompts. *Share of it*: tokens written
               a second over that figure. *Its time for the same*: the time that the engine alone would take for the tokens written and,
               by `bench --prefill`, for those of the prompts that no cache held, over the time taken.{good}

            """);
    }

    private static string Choosing(Choosing choosing) => choosing switch
    {
        Client.Choosing.OpenAI => """
            OpenAI's defaults: temperature 1 over the whole vocabulary (llama-server is told
               `top_k` 0 and `min_p` 0, which are on by its own defaults).
            """,
        Client.Choosing.Greedy => "The likeliest token.",
        _ => "Each server's own defaults for sampling.",
    };
}
