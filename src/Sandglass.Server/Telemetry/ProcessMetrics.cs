using System.Diagnostics;

namespace Sandglass.Server;

/// <summary>Memory and time of the process, under the names that Prometheus' clients agree on.</summary>
internal static class ProcessMetrics
{
    public static void Write(PrometheusText text)
    {
        using Process self = Process.GetCurrentProcess();
        Gauge("process_resident_memory_bytes", "Memory in RAM, model included.", self.WorkingSet64);
        text.Begin("process_cpu_seconds_total", "counter", "Time of all processors.");
        text.Sample("process_cpu_seconds_total", "", self.TotalProcessorTime.TotalSeconds);
        Gauge("process_threads", "Threads.", self.Threads.Count);
        Gauge("process_start_time_seconds", "When it began, in seconds since 1970.", (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
        Gauge("dotnet_gc_heap_bytes", "Managed memory; weights and cache pages are not in it.", GC.GetTotalMemory(forceFullCollection: false));

        void Gauge(string name, string help, double value)
        {
            text.Begin(name, "gauge", help);
            text.Sample(name, "", value);
        }
    }
}
