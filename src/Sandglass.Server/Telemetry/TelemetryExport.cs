using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sandglass.Server;

/// <summary>Metrics and spans by OpenTelemetry's protocol, set up by its own variables in the environment.</summary>
internal static class TelemetryExport
{
    private const string Variables = "OTEL_", ServiceName = "OTEL_SERVICE_NAME";

    public static void Add(WebApplicationBuilder builder)
    {
        // these variables and no others: the rest of the environment is none of the server's business
        builder.Configuration.AddInMemoryCollection(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(variable => ((string)variable.Key).StartsWith(Variables, StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value)));
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
            {
                if (string.IsNullOrEmpty(builder.Configuration[ServiceName])) resource.AddService(GenAiInstruments.Provider);
            })
            .WithMetrics(metrics => metrics.AddMeter(GenAiInstruments.Name).AddAspNetCoreInstrumentation().AddRuntimeInstrumentation())
            .WithTracing(traces => traces.AddSource(GenAiInstruments.Name).AddAspNetCoreInstrumentation(
                http => http.Filter = context => !Probes.IsProbe(context.Request.Path) && !Probes.IsMetrics(context.Request.Path)))
            .UseOtlpExporter();
    }
}
