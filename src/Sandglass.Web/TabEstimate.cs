using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Web;

/// <summary>What a model would take in this tab, said before it is loaded: from the file's header, and from how fast a small product of its commonest type is
/// here.</summary>
internal static unsafe class TabEstimate
{
    private const long MostMemory = 1800L << 20;    // of the 2 GB that a tab's program has; the rest is the program and what it computes with
    private const int Rows = 256, Columns = 1024;
    private static readonly TimeSpan Trial = TimeSpan.FromMilliseconds(40);

    /// <summary><c>about</c>: the size, whether it fits, and tokens a second at most.</summary>
    public static string Of(string name, ModelFile file)
    {
        Hyperparameters shape = Hyperparameters.Read(file.Metadata);
        long weights = file.Tensors.Sum(tensor => tensor.ByteCount), perToken = file.Tensors.Where(IsRead).Sum(tensor => tensor.ByteCount);
        TensorType type = file.Tensors.GroupBy(tensor => tensor.Type).MaxBy(group => group.Sum(tensor => tensor.ByteCount))!.Key;
        return Answers.Of("about", json =>
        {
            json.WriteStartObject("about");
            json.WriteString("id", name);
            json.WriteString("architecture", shape.Architecture);
            json.WriteNumber("layers", shape.Layers);
            json.WriteNumber("bytes", file.Length);
            json.WriteString("type", $"{type}");
            json.WriteBoolean("fits", weights <= MostMemory);
            json.WriteNumber("mostBytes", MostMemory);
            json.WriteNumber("weightBytesPerToken", perToken);
            if (BytesPerSecond(type) is double speed) json.WriteNumber("tokensPerSecondAtMost", speed / perToken);
            json.WriteEndObject();
        });

        // Of an embedding with a matrix of its own for the output a token reads one row.
        bool IsRead(TensorInfo tensor) => tensor.Name != "token_embd.weight" || file.Find("output.weight") is null;
    }

    /// <summary>Bytes of weights that a second's products read; null where no kernel computes with the type.</summary>
    private static double? BytesPerSecond(TensorType type)
    {
        if (Panels.For(type) is not Panels panels) return null;
        long panelBytes = panels.PanelBytes(Columns), count = Rows / Panels.Rows;
        using PagedMemory memory = new();
        byte* weights = memory.Take(count * panelBytes), input = memory.Take(Columns / ActivationBlock.Columns * sizeof(ActivationBlock));
        float* values = (float*)memory.Take(Columns * sizeof(float)), sums = (float*)memory.Take(Rows * sizeof(float));
        long began = TimeProvider.System.GetTimestamp(), rounds = 0;
        TimeSpan took;
        do
        {
            for (int panel = 0; panel < count; panel += 2)
            {
                byte* two = weights + panel * panelBytes;
                float* to = sums + panel * Panels.Rows;
                if (panels.Quantized) panels.MultiplyFast(two, panelBytes, 2, Columns, (ActivationBlock*)input, 1, 1, to);
                else panels.MultiplyExactOne(two, panelBytes, 2, Columns, values, to);
            }
            rounds++;
            took = TimeProvider.System.GetElapsedTime(began);
        }
        while (took < Trial);
        return rounds * count * panelBytes / took.TotalSeconds;
    }
}
