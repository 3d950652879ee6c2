using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sandglass.ServeBench;

/// <summary>The options, then what the figures mean and examples.</summary>
internal sealed class HelpText(HelpAction options) : SynchronousCommandLineAction
{
    private const string More = """
        Figures (as `vllm bench serve` defines them, percentiles between neighbours in proportion)
          TTFT   from sending a request to the first event with text; a chat's first event, the role, is none
          TPOT   time per output token after the first: (end to end - TTFT) / (tokens - 1)
          ITL    inter-token latency: every gap between events, of all requests together
          end to end   from sending to the last event of the answer
          good requests/s   requests a second that kept all limits of --goodput
          Tokens are the server's usage; where it sends none, events with text are counted. An answer without [DONE], with an error in its stream or with a
          status other than 200 is failed; 429 and 503 are counted apart, and those without Retry-After. A client whose request failed waits 0.2 s.
          A kept connection that the server had closed is no failure: the request is sent again, and its time goes on.

        Lengths
          128 always · 64-256 evenly between · 128~0.5 log-normal, median and sigma. Prompts are common words, about a token each; the tokens reported are
          the server's own. shared=0.9: the first nine tenths of each prompt are the same for all, the rest never comes twice.

        Examples
          bench/serve --url http://127.0.0.1:8080 --clients 1 16 --ignore-eos
          bench/serve --url http://127.0.0.1:8080 --rate 4 --burstiness 0.2 --chat --workload prompt=200~0.6,output=100~0.8 --goodput ttft:500 tpot:50
          bench/serve --model M.gguf --llama-server PATH/llama-server          # the report: about 20 minutes
          bench/serve --model M.gguf --clients 16 --rounds 1 --seconds 5 --output trial.md --workload prompt=8,output=64
        """;

    public override int Invoke(ParseResult parseResult)
    {
        int result = options.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(More);
        return result;
    }
}
