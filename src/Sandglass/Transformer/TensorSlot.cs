namespace Sandglass.Transformer;

/// <summary>A tensor that an architecture asks for.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Rows">1 for a vector.</param>
/// <param name="Columns">Values of a row.</param>
/// <param name="Optional">Whether the model runs without it.</param>
internal readonly record struct TensorSlot(string Name, int Rows, int Columns, bool Optional = false);
