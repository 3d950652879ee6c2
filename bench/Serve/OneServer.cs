using System.CommandLine;
using System.Text;
using Sandglass.ServeBench.Client;
using Sandglass.ServeBench.Load;
using Sandglass.ServeBench.Output;

namespace Sandglass.ServeBench;

/// <summary>Measures a server that runs already.</summary>
internal static class OneServer
{
    public static async Task<int> MeasureAsync(Options options, ParseResult parsed, string url, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new ArgumentException($"\"{url}\" is no address: http://127.0.0.1:8080.");
        Measuring measuring = options.MeasuringOf(parsed, parsed.GetValue(options.IgnoreEnd));
        List<Measurement> measurements = [];
        int number = 0;
        foreach (Workload workload in options.WorkloadsOf(parsed, "prompt=8,output=128"))
        {
            foreach (Point point in options.PointsOf(parsed))
            {
                Cell cell = new(address.Authority, workload, point);
                Console.Error.WriteLine(cell);
                // each point is a round of its own, since the server stays and remembers
                Measurement measurement = await measuring.MeasureAsync(
                    address.Authority, address, parsed.GetValue(options.ModelId), process: null, cell, number++, cancellation);
                measurements.Add(measurement);
                if (parsed.GetValue(options.Json)) Console.WriteLine(JsonLine.Of(measurement));
                foreach (string error in measurement.Summary.Errors) Console.Error.WriteLine("  " + error);
            }
        }
        if (parsed.GetValue(options.Json)) return 0;
        StringBuilder page = new();
        foreach (IGrouping<Workload, Measurement> workload in measurements.GroupBy(measurement => measurement.Cell.Workload))
        {
            page.AppendLine($"{workload.Key}; times are p50 / p95 / p99").AppendLine();
            FigureTable.Write(page, workload.Select(measurement => new Row([measurement])), measuring.Goodput != new Goodput());
        }
        Console.Write(page);
        return 0;
    }
}
