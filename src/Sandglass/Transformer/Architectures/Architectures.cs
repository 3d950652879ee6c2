using Sandglass.ModelFiles;

namespace Sandglass.Transformer;

/// <summary>The architectures that run: the one list of them.</summary>
internal static class Architectures
{
    public static IReadOnlyList<Architecture> All { get; } =
    [
        Llama.Description,
        Qwen2.Description,
        Qwen3.Description,
        Qwen3Moe.Description,
        Gemma2.Description,
        Olmo2.Description,
        Phi2.Description,
        Cohere2.Description,
        Deepseek2.Description,
    ];

    /// <summary>The names of all, as a message lists them: <c>a, b or c</c>.</summary>
    public static string Names { get; } = string.Join(", ", All.SkipLast(1).Select(one => one.Name)) + $" or {All[^1].Name}";

    /// <summary>The architecture of a file, which the engine can run; no tensor is looked at.</summary>
    /// <exception cref="ModelFileException">Its architecture is not in the list, or its metadata asks for what the parts cannot do.</exception>
    public static Architecture For(Hyperparameters shape, Metadata metadata)
    {
        Architecture found = All.FirstOrDefault(one => one.Name == shape.Architecture)
            ?? throw new ModelFileException("architecture-unsupported", metadata.File, "metadata general.architecture", Names, shape.Architecture);
        Requirements.Check(found, shape, metadata);
        return found;
    }
}
