using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sandglass.Server.Tests.Fuzzing;

/// <summary>Changes bodies: values, types, nesting, names, bytes.</summary>
/// <param name="document">The description of the API.</param>
internal sealed class BodyMutator(JsonElement document)
{
    private static readonly string[] Odd =
    [
        "null", "true", "false", "0", "-0", "1", "-1", "2", "1.5", "3.0", "64", "65", "1e2", "-2147483648", "2147483647", "2147483648", "9007199254740993",
        "9223372036854775807",
        "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "1e30", "-1e30", "1e308", "1e400", "-1e400", "1e-400",
        "4.9e-324",
        new('9', 400), $"0.{new string('1', 400)}", "01", "1.", "+1", ".5", "NaN", "Infinity", "-", "0x10", "1_000", "''", "undefined",
        "\"\"", "\"a\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud83d\\ude00\"", "\"\u202e\u200d\ufeff\"",
        "\"e\u0301\u0301\u0301\u0301\"", "\"\uffff\"", "\"\\x\"",
        "\"\n\"", "\"none\"", "\"auto\"", "\"text\"", "\"1\"", "\"NaN\"", "\"<|im_start|>\"", "\"</s>\"", "\"{{ raise_exception(1) }}\"",
        $"\"{new string('a', 513)}\"",
        $"\"{string.Concat(Enumerable.Repeat("😀", 60))}\"", $"\"x{string.Concat(Enumerable.Repeat("😀", 60))}\"", $"\"{new string('b', 5000)}\"",
        "[]", "{}", "[[]]", "[{}]", "[null]", "[1,\"a\"]", "[1,[2]]", "[\"a\",[1]]", "[300]", "[4095]", "[4096]", "[1e9]", "[-1]", "{\"a\":1}", "{\"\":\"\"}",
        "{\"type\":\"text\"}", "{\"type\":7}",
        "{\"300\":100}", "{\"4096\":1}", "{\"-1\":1}", "{\"1\":1,\"01\":2}", "{\"type\":\"content\",\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}",
        "[{\"role\":\"user\",\"content\":[]}]",
        "[{\"role\":\"tool\",\"content\":\"\"}]", Deep(63, "[", "]"), Deep(70, "[", "]"), Deep(64, "{\"a\":", "}"), Deep(2000, "[", "]"),
        $"[{string.Join(',', Enumerable.Range(0, 300))}]",
    ];

    private static readonly string[] Names =
        ["", "a", "Model", "prompt ", "__proto__", "constructor", "toString", "\u0000", "😀", "tempereture", "top_k2", new('n', 300)];

    private readonly JsonProperty[] _known =
    [
        .. ApiRouteNames.All.Select(route => AnswerSchema.Follow(document, $"#/components/schemas/{route.Route}Request"))
            .SelectMany(schema => schema.GetProperty("properties").EnumerateObject()),
    ];

    private readonly SchemaSamples _samples = new(document);

    /// <summary>One to four changes.</summary>
    public void Change(Piece body, Random random)
    {
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            Piece[] all = [.. body.All()];
            Piece one = all[random.Next(all.Length)];
            switch (random.Next(11))
            {
                case 0: one.Become(OddPiece(random)); break;
                case 1: AddKnown(body, random, _samples); break;
                case 2: AddKnown(body, random, null); break;
                case 3: Rename(Among(all, random), random); break;
                case 4 when Among(all, random) is { } fields: fields.RemoveAt(random.Next(fields.Count)); break;
                case 5 when Among(all, random) is { } fields:       // a name twice
                    fields.Add((fields[random.Next(fields.Count)].Name, OddPiece(random)));
                    break;
                case 6: one.Become(random.Next(2) == 0 ? Piece.List([one.Copy()]) : Piece.Object([("a", one.Copy())])); break;
                case 7 when one.Items is { Count: > 0 } items:
                    for (int i = random.Next(1, 100); i > 0; i--) items.Add(items[random.Next(items.Count)]);
                    break;
                case 8: Number(one, random); break;
                case 9 when one.Raw is ['"', .., '"'] text: one.Raw = text.Insert(random.Next(1, text.Length), Insertion(random)); break;
                case 10: one.Become(all[random.Next(all.Length)].Copy()); break;
            }
        }
    }

    /// <summary>Bytes that are cut off, turned over, put in or repeated.</summary>
    public static byte[] Break(byte[] bytes, Random random)
    {
        if (bytes.Length == 0) return bytes;
        int at = random.Next(bytes.Length);
        switch (random.Next(6))
        {
            case 0: return bytes[..at];
            case 1: return [0xEF, 0xBB, 0xBF, .. bytes];
            case 2: return [.. bytes, .. bytes];
            case 3: return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            case 4: return Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes));
            default:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
        }
    }

    private static Piece OddPiece(Random random) => Piece.Of(Odd[random.Next(Odd.Length)]);

    private static string Deep(int depth, string open, string close) =>
        string.Concat(Enumerable.Repeat(open, depth)) + (open == "[" ? "" : "1") + string.Concat(Enumerable.Repeat(close, depth));

    private static List<(string Name, Piece Value)>? Among(Piece[] all, Random random)
    {
        List<(string, Piece)>[] objects = [.. all.Where(one => one.Fields is { Count: > 0 }).Select(one => one.Fields!)];
        return objects.Length == 0 ? null : objects[random.Next(objects.Length)];
    }

    private void AddKnown(Piece body, Random random, SchemaSamples? samples)
    {
        JsonProperty one = _known[random.Next(_known.Length)];
        body.Fields?.Add((Piece.Quoted(one.Name), samples?.Draw(one.Value, random) ?? OddPiece(random)));
    }

    private static void Rename(List<(string Name, Piece Value)>? fields, Random random)
    {
        if (fields is null) return;
        int at = random.Next(fields.Count);
        string old = fields[at].Name;
        string name = random.Next(3) switch
        {
            0 => Piece.Quoted(Names[random.Next(Names.Length)]),
            1 => old.ToUpperInvariant(),
            _ => old.Insert(random.Next(1, Math.Max(2, old.Length)), Insertion(random)),
        };
        fields[at] = (name, fields[at].Value);
    }

    private static void Number(Piece one, Random random)
    {
        if (!double.TryParse(one.Raw, CultureInfo.InvariantCulture, out double number)) return;
        double other = random.Next(5) switch { 0 => -number, 1 => number + 1, 2 => number * 1000, 3 => number / 3, _ => random.Next(-5, 5000) };
        one.Raw = other.ToString("R", CultureInfo.InvariantCulture);
    }

    private static string Insertion(Random random) =>
        random.Next(6) switch { 0 => "\\u0000", 1 => "😀", 2 => "\\ud83d", 3 => "\u0301", 4 => "\\", _ => ((char)random.Next(32, 0x3000)).ToString() };
}
