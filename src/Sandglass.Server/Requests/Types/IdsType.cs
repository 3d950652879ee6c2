using System.Text.Json;

namespace Sandglass.Server;

/// <summary>A list of token ids. Whether they are in the vocabulary, the engine says.</summary>
/// <param name="most">At most this many.</param>
/// <param name="least">At least this many.</param>
internal sealed class IdsType(int most, int least = 0) : ParameterType<int[]>
{
    public override string Expected => $"a list of {least} to {most} token ids";

    public override string Schema => $$$"""
        {"type":"array","minItems":{{{least}}},"maxItems":{{{most}}},"items":{"type":"integer","minimum":0,"maximum":2147483647}}
        """.Trim();

    public override int[] Read(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Array) throw Wrong(name, value);
        int count = value.GetArrayLength();
        if (count < least || count > most) throw Wrong(name, value);
        int[] ids = new int[count];
        int at = 0;
        foreach (JsonElement one in value.EnumerateArray())
        {
            if (!WholeType.TryWhole(one, out long id) || id is < 0 or > int.MaxValue) throw Wrong(name, $"{Found.Of(one)} in it");
            ids[at++] = (int)id;
        }
        return ids;
    }
}
