using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.Studies;

namespace Sandglass.Cli;

/// <summary><c>bench --json</c>: one object a measurement.</summary>
internal sealed class BenchJson(Stream output) : IBenchOutput
{
    private readonly JsonLines _lines = new(output);

    public void Row(BenchRow row)
    {
        Utf8JsonWriter json = _lines.Begin();
        json.WriteString("what", row.What);
        json.WriteString("name", row.Name);
        json.WriteNumber("tokens", row.Tokens);
        json.WriteNumber("depth", row.Depth);
        json.WriteNumber("batch", row.Batch);
        json.WriteNumber("threads", row.Threads);
        json.WriteString("cacheType", row.CacheWord);
        json.WriteDouble("tokensPerSecond", row.PerSecond);
        json.WriteDouble("spread", row.Spread);
        json.WriteDouble("shareOfLimit", row.ShareOfLimit);
        if (row.Memory is MemoryCourse memory)
        {
            json.WriteNumber("cacheBytes", memory.CacheBytes);
            json.WriteNumber("residentBytesBefore", memory.ResidentBefore);
            json.WriteNumber("residentBytesAfter", memory.ResidentAfter);
        }
        json.WriteString("kernels", KernelPath.Name);
        _lines.End();
    }

    public void End() { }
}
