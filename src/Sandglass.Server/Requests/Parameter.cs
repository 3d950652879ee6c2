using System.Text.Json;

namespace Sandglass.Server;

/// <summary>One parameter of the API: a row of the table.</summary>
internal sealed record Parameter
{
    private Parameter()
    {
    }

    /// <summary>Its name in a body.</summary>
    public required string Name { get; init; }

    /// <summary>The routes that take it.</summary>
    public required ApiRoutes On { get; init; }

    /// <summary>The values that it may have.</summary>
    public required ParameterType Type { get; init; }

    /// <summary>What it does, in a sentence or two.</summary>
    public required string Meaning { get; init; }

    /// <summary>Other names that the field has for it.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The property of the engine's options that it sets; null for none.</summary>
    public string? Property { get; init; }

    /// <summary>Whether a request must have it.</summary>
    public bool IsRequired { private get; init; }

    /// <summary>Whether a request to one route must: a trace takes one of two.</summary>
    public bool IsRequiredOn(ApiRoutes route) => IsRequired && route != ApiRoutes.Trace;

    /// <summary>Whether it only has an effect on how tokens are drawn, and none where beams search.</summary>
    public bool IsOfDraw { get; init; }

    /// <summary>Reads a value into a request.</summary>
    public required Action<RequestDraft, JsonElement, string> Set { get; init; }

    /// <summary>Makes one.</summary>
    /// <typeparam name="T">Of its value.</typeparam>
    public static Parameter Of<T>(
        string name, ApiRoutes on, ParameterType<T> type, string meaning, Action<RequestDraft, T> set, string? property = null) => new()
        {
            Name = name,
            On = on,
            Type = type,
            Meaning = meaning,
            Property = property,
            Set = (draft, value, given) => set(draft, type.Read(value, given)),
        };

    /// <summary>Makes one that is accepted where it changes nothing.</summary>
    public static Parameter Neutral(string name, ApiRoutes on, NeutralType type) => new()
    {
        Name = name,
        On = on,
        Type = type,
        Meaning = $"Not supported: {type.Reason}.",
        Set = (_, value, given) => type.Read(value, given),
    };
}
