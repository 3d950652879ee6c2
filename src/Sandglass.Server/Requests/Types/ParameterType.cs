using System.Text.Json;

namespace Sandglass.Server;

/// <summary>What values a parameter may have: read from a body, and described for people and machines.</summary>
internal abstract class ParameterType
{
    /// <summary>For messages and the table of the documents: "a number from 0 to 2".</summary>
    public abstract string Expected { get; }

    /// <summary>JSON Schema, without description.</summary>
    public abstract string Schema { get; }

    /// <summary>A refusal that says what was expected and what was found.</summary>
    protected RequestException Wrong(string name, JsonElement found) => Wrong(name, Found.Of(found));

    /// <inheritdoc cref="Wrong(string, JsonElement)"/>
    protected RequestException Wrong(string name, string found) => new("parameter-value", $"{name}: expected {Expected}, found {found}.", name);
}

/// <summary>The same, with the type of the value.</summary>
internal abstract class ParameterType<T> : ParameterType
{
    /// <summary>The value.</summary>
    /// <param name="value">Not null.</param>
    /// <param name="name">The parameter, as the body called it.</param>
    /// <exception cref="RequestException">It is of another type, or out of its range.</exception>
    public abstract T Read(JsonElement value, string name);
}
