using Sandglass.ModelFiles;

namespace Sandglass;

/// <summary>Whether a model file can run.</summary>
/// <param name="Obstacle">What stands in the way, as loading would report it; null where nothing does.</param>
/// <param name="UnusedTensors">Tensors that the engine would not read, by name; empty where there is an obstacle.</param>
public sealed record ModelSupport(ModelFileException? Obstacle, IReadOnlyList<string> UnusedTensors);
