using System.Globalization;
using System.Text;

namespace Sandglass.Chat;

/// <summary>A time as <c>strftime</c> writes it, in English.</summary>
internal static class TimeText
{
    public static string Of(DateTimeOffset time, string format)
    {
        StringBuilder text = new();
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }
            bool bare = format[++at] == '-' && at + 1 < format.Length;
            if (bare) at++;
            string part = Part(time, format[at]) ?? "%" + (bare ? "-" : "") + format[at];
            text.Append(bare && part.Length > 1 ? part.TrimStart('0') is { Length: > 0 } rest ? rest : "0" : part);
        }
        return text.ToString();
    }

    private static string? Part(DateTimeOffset time, char part) => part switch
    {
        'a' => Written(time, "ddd"),
        'A' => Written(time, "dddd"),
        'b' or 'h' => Written(time, "MMM"),
        'B' => Written(time, "MMMM"),
        'c' => Of(time, "%a %b %e %H:%M:%S %Y"),
        'C' => Digits(time.Year / 100, 2),
        'd' => Digits(time.Day, 2),
        'D' or 'x' => Of(time, "%m/%d/%y"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'f' => Written(time, "ffffff"),
        'F' => Of(time, "%Y-%m-%d"),
        'g' => Digits(ISOWeek.GetYear(time.DateTime) % 100, 2),
        'G' => Digits(ISOWeek.GetYear(time.DateTime), 4),
        'H' => Digits(time.Hour, 2),
        'I' => Digits((time.Hour + 11) % 12 + 1, 2),
        'j' => Digits(time.DayOfYear, 3),
        'k' => time.Hour.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'l' => ((time.Hour + 11) % 12 + 1).ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'm' => Digits(time.Month, 2),
        'M' => Digits(time.Minute, 2),
        'n' => "\n",
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'r' => Of(time, "%I:%M:%S %p"),
        'R' => Of(time, "%H:%M"),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'S' => Digits(time.Second, 2),
        't' => "\t",
        'T' or 'X' => Of(time, "%H:%M:%S"),
        'u' => Digits(time.DayOfWeek == 0 ? 7 : (int)time.DayOfWeek, 1),
        'U' => Digits((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7, 2),
        'V' => Digits(ISOWeek.GetWeekOfYear(time.DateTime), 2),
        'w' => Digits((int)time.DayOfWeek, 1),
        'W' => Digits((time.DayOfYear + 6 - ((int)time.DayOfWeek + 6) % 7) / 7, 2),
        'y' => Digits(time.Year % 100, 2),
        'Y' => Digits(time.Year, 1),
        'z' or 'Z' => "",           // as datetime.now(), which knows no zone
        '%' => "%",
        _ => null,
    };

    private static string Written(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);

    private static string Digits(int value, int width) => value.ToString(CultureInfo.InvariantCulture).PadLeft(width, '0');
}
