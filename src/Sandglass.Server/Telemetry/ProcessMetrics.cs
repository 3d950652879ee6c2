using System.Diagnostics;

namespace Sandglass.Server;

/// <summary>Memory and time of the process, under the names that Prometheus' clients agree on.</summary>
internal static class ProcessMetrics
{
    public static void Write(PrometheusText text)
    {
        Write(text, "dotnet_gc_heap_bytes", "gauge", "Managed memory; weights and cache pages are not in it.", GC.GetTotalMemory(forceFullCollection: false));
        using Process self = Process.GetCurrentProcess();
        try
        {
            (double memory, double seconds, int threads) = (self.WorkingSet64, self.TotalProcessorTime.TotalSeconds, self.Threads.Count);
            double began = (self.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
            Write(text, "process_resident_memory_bytes", "gauge", "Memory in RAM, model included.", memory);
            Write(text, "process_cpu_seconds_total", "counter", "Time of all processors.", seconds);
            Write(text, "process_threads", "gauge", "Threads.", threads);
            Write(text, "process_start_time_seconds", "gauge", "When it began, in seconds since 1970.", began);
        }
        catch (InvalidOperationException)
        {
            // a root directory without /proc: the system tells nothing of the process
        }
    }

    private static void Write(PrometheusText text, string name, string type, string help, double value)
    {
        text.Begin(name, type, help);
        text.Sample(name, "", value);
    }
}
