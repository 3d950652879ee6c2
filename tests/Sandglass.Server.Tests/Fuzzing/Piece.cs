using System.Text;
using System.Text.Json;

namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>A piece of a body that can be changed into anything, also into what is no JSON: names twice, numbers without end.</summary>
internal sealed class Piece
{
    private Piece(string? raw, List<(string Name, Piece Value)>? fields, List<Piece>? items) => (Raw, Fields, Items) = (raw, fields, items);

    /// <summary>A value as it is written; null for an object or a list.</summary>
    public string? Raw { get; set; }

    /// <summary>An object's fields, names as they are written, with their quotes.</summary>
    public List<(string Name, Piece Value)>? Fields { get; set; }

    /// <summary>A list's values.</summary>
    public List<Piece>? Items { get; set; }

    public static Piece Of(string raw) => new(raw, null, null);

    public static Piece List(IEnumerable<Piece> items) => new(null, null, [.. items]);

    public static Piece Object(IEnumerable<(string Name, Piece Value)> fields) =>
        new(null, [.. fields.Select(field => (Quoted(field.Name), field.Value))], null);

    public static Piece Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    public static Piece Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Object(value.EnumerateObject().Select(field => (field.Name, Of(field.Value)))),
        JsonValueKind.Array => List(value.EnumerateArray().Select(Of)),
        _ => Of(value.GetRawText()),
    };

    public static string Quoted(string text) => JsonSerializer.Serialize(text);

    /// <summary>It and all that lies in it.</summary>
    public IEnumerable<Piece> All() =>
        [this, .. (Fields ?? []).SelectMany(field => field.Value.All()), .. (Items ?? []).SelectMany(item => item.All())];

    /// <summary>Becomes another.</summary>
    public void Become(Piece other) => (Raw, Fields, Items) = (other.Raw, other.Fields, other.Items);

    public Piece Copy() => new(Raw, Fields?.ConvertAll(field => (field.Name, field.Value.Copy())), Items?.ConvertAll(item => item.Copy()));

    public override string ToString()
    {
        StringBuilder text = new();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        if (Raw is not null) text.Append(Raw);
        else if (Items is not null)
        {
            text.Append('[');
            for (int i = 0; i < Items.Count; i++)
            {
                if (i > 0) text.Append(',');
                Items[i].Write(text);
            }
            text.Append(']');
        }
        else
        {
            text.Append('{');
            for (int i = 0; i < Fields!.Count; i++)
            {
                if (i > 0) text.Append(',');
                text.Append(Fields[i].Name).Append(':');
                Fields[i].Value.Write(text);
            }
            text.Append('}');
        }
    }
}
