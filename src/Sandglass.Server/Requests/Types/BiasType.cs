using System.Globalization;
using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A number for each of some token ids.</summary>
internal sealed class BiasType(int most) : ParameterType<IReadOnlyDictionary<int, double>>
{
    private const double Largest = 100;

    public override string Expected => $"an object of at most {most} token ids, each with a number from -100 to 100";

    public override string Schema => $$$"""
        {"type":"object","maxProperties":{{{most}}},"propertyNames":{"pattern":"^[0-9]+$"},
        "additionalProperties":{"type":"number","minimum":-100,"maximum":100}}
        """.Trim();

    public override IReadOnlyDictionary<int, double> Read(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Wrong(name, value);
        if (value.GetPropertyCount() > most) throw Wrong(name, $"{value.GetPropertyCount()} of them");
        Dictionary<int, double> biases = [];
        foreach (JsonProperty one in value.EnumerateObject())
        {
            if (!int.TryParse(one.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)) throw Wrong(name,
                $"\"{Words.Short(one.Name)}\" as an id");
            if (one.Value.ValueKind != JsonValueKind.Number || !one.Value.TryGetDouble(out double bias) || Math.Abs(bias) > Largest)
                throw Wrong(name, $"{Found.Of(one.Value)} for {id}");
            if (!biases.TryAdd(id, bias)) throw Wrong(name, $"{id} twice");
        }
        return biases;
    }
}
