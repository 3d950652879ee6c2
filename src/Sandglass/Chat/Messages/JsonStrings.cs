using System.Text;
using System.Text.Json;

namespace Sandglass.Chat;

/// <summary>Strings of JSON, also those with half a surrogate pair, which count as U+FFFD: System.Text.Json refuses them only when they are read.</summary>
internal static class JsonStrings
{
    public static string Read(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Repaired(json.GetRawText());
        }
    }

    private static string Repaired(string raw)
    {
        StringBuilder text = new();
        for (int at = 1; at < raw.Length - 1; at++)
        {
            char c = raw[at];
            if (c == '\\')
            {
                c = raw[++at] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', 'u' => Unit(raw, ref at), char other => other };
                bool pair = char.IsHighSurrogate(c) && at + 2 < raw.Length && raw[at + 1] == '\\' && raw[at + 2] == 'u';
                if (pair)
                {
                    int next = at + 2;
                    char low = Unit(raw, ref next);
                    if (char.IsLowSurrogate(low))
                    {
                        text.Append(c).Append(low);
                        at = next;
                        continue;
                    }
                }
                if (char.IsSurrogate(c)) c = '\uFFFD';
            }
            text.Append(c);
        }
        return text.ToString();
    }

    private static char Unit(string raw, ref int at)
    {
        char unit = (char)Convert.ToInt32(raw.Substring(at + 1, 4), 16);
        at += 4;
        return unit;
    }
}
