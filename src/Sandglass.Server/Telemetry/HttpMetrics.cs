using System.Collections.Concurrent;

namespace Sandglass.Server;

/// <summary>Answers by route, method and class of status, as vLLM's dashboards read them (<c>http_requests_total</c>).</summary>
internal sealed class HttpMetrics
{
    private readonly ConcurrentDictionary<(string Handler, string Method, int Class), StrongBox> _answers = new();

    /// <summary>Counts an answer.</summary>
    /// <param name="handler">The route's pattern, never the path that was asked for: there must not be more of them than there are routes.</param>
    /// <param name="method">A method that the server knows.</param>
    /// <param name="status">Its status.</param>
    public void Count(string handler, string method, int status) =>
        Interlocked.Increment(ref _answers.GetOrAdd((handler, method, status / 100), _ => new StrongBox()).Value);

    /// <summary>Writes all counts.</summary>
    public void Write(PrometheusText text)
    {
        text.Begin("http_requests_total", "counter", "Answers by route, method and class of status.");
        foreach (((string handler, string method, int status), StrongBox count) in _answers.OrderBy(pair => pair.Key))
            text.Sample(
                "http_requests_total", $"{PrometheusText.Label("handler", handler)},{PrometheusText.Label("method", method)},status=\"{status}xx\"",
                Volatile.Read(ref count.Value));
    }

    private sealed class StrongBox
    {
        public long Value;
    }
}
