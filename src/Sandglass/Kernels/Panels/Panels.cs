namespace Sandglass.Kernels;

/// <summary>Layout of one tensor type's weights in panels of 16 rows, and the arithmetic on a panel; lane = output row.</summary>
/// <remarks>
/// A panel replaces the file's layout; no second copy exists. The methods here are the plain ones; a vector kernel overrides
/// <see cref="MultiplyFast"/>, <see cref="MultiplyFine"/> and <see cref="MultiplyExact"/> and equals them bit for bit.
/// </remarks>
internal abstract unsafe class Panels
{
    /// <summary>Rows of a panel: the lanes of every kernel.</summary>
    public const int Rows = 16;

    /// <summary>
    /// Most tokens of one <see cref="MultiplyFast"/>. Work done once for 32 columns serves all of them; their sums of two panels (32 KB) stream from the L2
    /// cache.
    /// </summary>
    public const int TileTokens = 256;

    /// <summary>The type of the weights.</summary>
    public abstract TensorType Type { get; }

    /// <summary>Whether <em>fast</em> and <em>fine</em> multiply these weights with int8 activations; float types compute in F32 in every mode.</summary>
    public abstract bool Quantized { get; }

    /// <summary>Bytes of a panel.</summary>
    public abstract long PanelBytes(int columns);

    /// <summary>Packs rows of the file into a zeroed panel.</summary>
    /// <param name="rows">Consecutive rows in the file's layout.</param>
    /// <param name="count">How many, 1 to 16; the panel's other rows stay zero.</param>
    public abstract void Pack(byte* rows, int count, int columns, byte* panel);

    /// <summary>One row's values, dequantised.</summary>
    /// <param name="to">[columns]</param>
    public abstract void ReadRow(byte* panel, int row, int columns, float* to);

    /// <summary>
    /// sums[token, row] += sum over k of weights[row, k] * activations[token, k], with int8 activations: one or two adjacent panels, a tile of tokens.
    /// </summary>
    /// <param name="panelBytes">From one panel to the next.</param>
    /// <param name="count">Panels, 1 or 2.</param>
    /// <param name="activations">[columns / 32, stride]: the tokens of a block are adjacent.</param>
    /// <param name="tokens">1 to <see cref="TileTokens"/>.</param>
    /// <param name="sums">[tokens, count * 16]</param>
    public abstract void MultiplyFast(byte* panel, long panelBytes, int count, int columns, ActivationBlock* activations, int stride, int tokens, float* sums);

    /// <summary>As <see cref="MultiplyFast"/>, with activations of 16 bits in two planes of int8.</summary>
    public abstract void MultiplyFine(byte* panel, long panelBytes, int count, int columns, FineBlock* activations, int stride, int tokens, float* sums);

    /// <summary>Converts some columns of a panel to F32.</summary>
    /// <param name="from">The first, a multiple of 256.</param>
    /// <param name="to">[columns, 16]: a panel of F32.</param>
    public abstract void Widen(byte* panel, int from, int columns, float* to);

    /// <summary>sums[token, row] += sum over k of weights[row, k] * x[token, k], in F32, k in order: one or two adjacent panels, a tile of tokens.</summary>
    /// <param name="panelBytes">From one panel to the next.</param>
    /// <param name="count">Panels, 1 or 2.</param>
    /// <param name="x">[columns, width], a tile of <see cref="TokenTiles"/>.</param>
    /// <param name="tokens">1 to <paramref name="width"/>.</param>
    /// <param name="sums">[tokens, count * 16]</param>
    public abstract void MultiplyExact(byte* panels, long panelBytes, int count, int columns, float* x, int width, int tokens, float* sums);

    /// <summary>
    /// As <see cref="MultiplyExact"/> for one token and up to four adjacent panels: one panel's fmas form a dependency chain, four fill its latency.
    /// </summary>
    /// <param name="panelBytes">From one panel to the next.</param>
    /// <param name="count">Panels, 1 to 4.</param>
    /// <param name="x">[columns]</param>
    /// <param name="sums">[4, 16]; only the first <paramref name="count"/> rows are valid.</param>
    public virtual void MultiplyExactOne(byte* panel, long panelBytes, int count, int columns, float* x, float* sums)
    {
        for (int i = 0; i < count; i++)
            MultiplyExact(panel + i * panelBytes, panelBytes, 1, columns, x, 1, 1, sums + i * Rows);
    }

    /// <summary>The panels of a type for the kernels in use.</summary>
    /// <returns>Null where no kernel computes with the type.</returns>
    public static Panels? For(TensorType type) => For(type, KernelPath.Current);

    internal static Panels? For(TensorType type, KernelWidth width) => type switch
    {
        TensorType.F32 => FloatPanels.Create<ElementF32>(type, width),
        TensorType.F16 => FloatPanels.Create<ElementF16>(type, width),
        TensorType.BF16 => FloatPanels.Create<ElementBF16>(type, width),
        TensorType.Q4_0 => QuantizedPanels<FormatQ4_0, Codes4>.Create(type, width),
        TensorType.Q4_1 => QuantizedPanels<FormatQ4_1, Codes4>.Create(type, width),
        TensorType.Q5_0 => QuantizedPanels<FormatQ5_0, Codes5>.Create(type, width),
        TensorType.Q5_1 => QuantizedPanels<FormatQ5_1, Codes5>.Create(type, width),
        TensorType.Q8_0 => QuantizedPanels<FormatQ8_0, Codes8>.Create(type, width),
        TensorType.Q2_K => QuantizedPanels<FormatQ2_K, Codes2>.Create(type, width),
        TensorType.Q3_K => QuantizedPanels<FormatQ3_K, Codes3>.Create(type, width),
        TensorType.Q4_K => QuantizedPanels<FormatQ4_K, Codes4>.Create(type, width),
        TensorType.Q5_K => QuantizedPanels<FormatQ5_K, Codes5>.Create(type, width),
        TensorType.Q6_K => QuantizedPanels<FormatQ6_K, Codes6>.Create(type, width),
        _ => null,
    };
}
