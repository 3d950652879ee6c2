using System.Text.Json;
using Sandglass.Kernels;

namespace Sandglass.Cli;

/// <summary>The end of every last object: what ran.</summary>
internal static class Computation
{
    /// <summary><c>"kernels":"512","compute":"fast"</c>.</summary>
    public static void WriteComputation(this Utf8JsonWriter json, string kernels, ComputeMode compute)
    {
        json.WriteString("kernels", kernels);
        json.WriteString("compute", ModelChoice.ComputeModes.First(mode => mode.Value == compute).Word);
    }
}
