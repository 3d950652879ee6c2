using Sandglass.Kernels;

namespace Sandglass.Planning;

/// <summary>How fast this engine's own loops are on a machine, with a number of threads.</summary>
/// <remarks>
/// Times come in pairs: of data that comes from memory, and of data that lies in the processor's caches. What a step reads is somewhere between; by how much,
/// <see cref="Reads"/> says for its bytes.
/// </remarks>
public sealed record MeasuredSpeed
{
    /// <summary>Threads that computed.</summary>
    public required int Threads { get; init; }

    /// <summary>Bytes a second from memory.</summary>
    public required double BytesPerSecond { get; init; }

    /// <summary>Operations a second of F32, at most.</summary>
    public required double Fp32OperationsPerSecond { get; init; }

    /// <summary>Operations a second of int8, at most.</summary>
    public required double Int8OperationsPerSecond { get; init; }

    /// <summary>Reading some bytes over and over, by how many they are, upwards.</summary>
    public required IReadOnlyList<ReadSpeed> Reads { get; init; }

    /// <summary>Products with weights, by tensor type.</summary>
    public required IReadOnlyList<ProductSpeed> Products { get; init; }

    /// <summary>Attention, by cache type.</summary>
    public required IReadOnlyList<AttentionSpeed> Attention { get; init; }

    /// <summary>All else, with weights that are multiplied in integers.</summary>
    public required StepOverhead Integers { get; init; }

    /// <summary>All else, with weights that are multiplied in F32.</summary>
    public required StepOverhead Floats { get; init; }

    /// <summary>The product of a type.</summary>
    /// <exception cref="PlanException">It was not measured.</exception>
    internal ProductSpeed Product(TensorType type) => Products.FirstOrDefault(product => product.Type == type)
        ?? throw new PlanException("machine-lacks", nameof(TimeOptions.WeightType),
            $"a type that was measured on this machine: {string.Join(", ", Products.Select(static product => product.Type))}", $"{type}");

    /// <summary>Attention with a cache of a type.</summary>
    /// <exception cref="PlanException">It was not measured.</exception>
    internal AttentionSpeed AttentionOf(CacheType type) => Attention.FirstOrDefault(attention => attention.Type == type)
        ?? throw new PlanException("machine-lacks", nameof(TimeOptions.CacheType),
            $"a type that was measured on this machine: {string.Join(", ", Attention.Select(static attention => attention.Type))}", $"{type}");

    /// <summary>How far data of a size comes from memory: 0 from the caches, 1 from memory.</summary>
    /// <param name="bytes">What a step reads, over and over.</param>
    internal double FromMemory(double bytes)
    {
        double near = Reads[0].SecondsPerByte, far = Reads[^1].SecondsPerByte;
        if (bytes <= Reads[0].Bytes || far <= near) return 0;
        int after = 1;
        while (after < Reads.Count && Reads[after].Bytes < bytes) after++;
        if (after == Reads.Count) return 1;
        (ReadSpeed low, ReadSpeed high) = (Reads[after - 1], Reads[after]);
        double part = (bytes - low.Bytes) / (high.Bytes - low.Bytes);
        double seconds = low.SecondsPerByte + part * (high.SecondsPerByte - low.SecondsPerByte);
        return Math.Clamp((seconds - near) / (far - near), 0, 1);
    }
}

/// <summary>How long it takes to read a byte.</summary>
/// <param name="Bytes">Of how many that are read over and over.</param>
/// <param name="SecondsPerByte">Seconds of one.</param>
public sealed record ReadSpeed(double Bytes, double SecondsPerByte);

/// <summary>How fast the products with weights of a type are.</summary>
/// <param name="Type">The tensor type.</param>
/// <param name="Rows">Numbers of tokens that were measured, upwards from 1.</param>
/// <param name="Memory">[rows]: seconds for one weight and all tokens, weights from memory.</param>
/// <param name="Cached">[rows]: the same, weights from the caches.</param>
/// <param name="Output">[rows]: seconds for one row of the matrix and all tokens, however long it is: the sums begin, are moved and stored.</param>
public sealed record ProductSpeed(
    TensorType Type, IReadOnlyList<int> Rows, IReadOnlyList<double> Memory, IReadOnlyList<double> Cached, IReadOnlyList<double> Output)
{
    /// <summary>Seconds of a matrix and some tokens.</summary>
    /// <param name="outputs">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="tokens">Above 0; of experts on average.</param>
    /// <param name="fromMemory">As <see cref="MeasuredSpeed.FromMemory"/> says.</param>
    internal double Seconds(double outputs, double columns, double tokens, double fromMemory) =>
        outputs * (columns * Between(tokens, at => Cached[at] + fromMemory * (Memory[at] - Cached[at])) + Between(tokens, at => Output[at]));

    private double Between(double tokens, Func<int, double> at)
    {
        if (tokens >= Rows[^1]) return at(Rows.Count - 1) * tokens / Rows[^1];
        int after = 1;
        while (after < Rows.Count - 1 && Rows[after] < tokens) after++;
        double part = (tokens - Rows[after - 1]) / (Rows[after] - Rows[after - 1]);
        return at(after - 1) + Math.Max(part, 0) * (at(after) - at(after - 1));
    }
}

/// <summary>How fast attention is with a cache of a type.</summary>
/// <param name="Type">Of keys and values.</param>
/// <param name="Memory">Writing a token, keys and values from memory.</param>
/// <param name="Cached">Writing a token, keys and values from the caches.</param>
/// <param name="Prompt">Reading a prompt.</param>
public sealed record AttentionSpeed(CacheType Type, AttentionTerms Memory, AttentionTerms Cached, AttentionTerms Prompt);

/// <summary>What attention's time is made of, in seconds.</summary>
/// <param name="PerValue">Of a cached value that is read, once for all query heads that share it.</param>
/// <param name="PerMultiplyAdd">Of a multiply-add of a query with it.</param>
/// <param name="PerScore">Of a query head and a position: its exponential.</param>
public sealed record AttentionTerms(double PerValue, double PerMultiplyAdd, double PerScore)
{
    /// <summary>Seconds of some queries at one position.</summary>
    /// <param name="heads">Heads of keys and values.</param>
    /// <param name="group">Query heads that share one.</param>
    /// <param name="dim">Values of a key and of a value.</param>
    internal double Seconds(double heads, double group, double dim) => heads * (dim * PerValue + group * (dim * PerMultiplyAdd + PerScore));
}

/// <summary>What steps cost beside products and attention, in seconds.</summary>
/// <param name="Step">Whatever is in it.</param>
/// <param name="Token">A token: the angles that its position is rotated by.</param>
/// <param name="Layer">A layer: handing out its work to the threads.</param>
/// <param name="WidthValue">A token and value of the residual stream, in a layer: norms, blocks for products, rotation, storing.</param>
/// <param name="FeedForwardValue">A token and value inside of the feed-forward part, in a layer: the activation.</param>
/// <param name="Alone">No seconds, but by what share products of one token take longer inside of a step than by themselves: each matrix begins anew.</param>
/// <param name="Together">The same of many tokens: their inputs have just been written, and their outputs push them out of the caches.</param>
/// <param name="Text">A token that is chosen.</param>
/// <param name="Score">A score of the vocabulary that it is chosen from.</param>
public sealed record StepOverhead(
    double Step, double Token, double Layer, double WidthValue, double FeedForwardValue, double Alone, double Together, double Text, double Score);
