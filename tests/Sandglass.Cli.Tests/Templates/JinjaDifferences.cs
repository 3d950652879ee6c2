namespace Sandglass.Cli.Tests.Templates;

/// <summary>
/// Where @huggingface/jinja does otherwise than jinja2, whose documentation and answers decide: small templates, what jinja2 makes of them, and what it makes.
/// A test holds both, so the list is what is true of the version in the lock file. <see cref="ExpressionWriter"/> writes none of it.
/// </summary>
internal static class JinjaDifferences
{
    /// <summary>Template, jinja2's text, theirs (null: it fails).</summary>
    public static (string Why, string Template, string? Jinja2, string? Theirs)[] Small { get; } =
    [
        ("values are printed as Python prints them", "{{ true }} {{ none }} {{ ['a', none] }} {{ {'k': 'v'} }}", "True None ['a', None] {'k': 'v'}",
            "true  [\"a\", null] {\"k\": \"v\"}"),
        ("a float keeps its type", "{{ 1e3 }}", "1000.0", null),
        ("strip takes the letters to strip", "{{ 'xax'.strip('x') }}", "a", "xax"),
        ("capitalize lowers the rest", "{{ 'aBC'|capitalize }}", "Abc", "ABC"),
        ("title lowers the rest", "{{ 'aBC dE'|title }}", "Abc De", "ABC DE"),
        ("unique does not ask for case", "{{ ['a', 'A']|unique|join }}", "a", "aA"),
        ("comparisons chain", "{{ 5 <= 4 == false }}", "False", "true"),
        ("a slice that goes backwards ends before a negative bound", "{{ [1, 2][0:-1:-1]|length }}", "0", "1"),
        ("an empty first line is indented, if asked for", "[{{ ''|indent(2, true) }}]", "[  ]", "[]"),
        ("the variables of a loop end with it", "{% set x = loop.index|default(1) %}", null, ""),
        ("lists are equal by what is in them", "{{ 'y' if [1] == [1] else 'n' }}", "y", "n"),
        ("what a loop writes before break stays", "{% for x in [1] %}a{% break %}{% endfor %}", "a", ""),
        ("what a loop sets is gone in the next turn", "{% set x = 0 %}{% for i in [1, 2] %}{{ x }}{% set x = i %}{% endfor %}", "00", "01"),
        ("else of a loop sees the loop around it", "{% for x in [1, 2] %}{% for y in [1] %}{% continue %}{% else %}{{ loop.length }}{% endfor %}{% endfor %}",
        "22", "11"),
        ("the remainder has the divisor's sign", "{{ -3 % 5 }}", "2", "-3"),
        ("equality asks for the type", "{{ 'y' if '1' == 1 else 'n' }}", "n", "y"),
        ("a letter is a code point", "{{ '😀'|length }}", "1", "2"),
        ("a text that is no number is 0", "{{ '12a'|int }}", "0", "12"),
        ("texts can be gone through", "{% for c in 'ab' %}{{ c }}.{% endfor %}", "a.b.", null),
        ("numbers do not join texts", "{{ 'a' ~ true }}", "aTrue", "atrue"),
        ("map takes a filter", "{{ ['a']|map('upper')|join }}", "A", null),
        ("a text's own formatting", "{{ '<%s>' % 'a' }}", "<a>", null),
        ("raw", "{% raw %}{{ x }}{% endraw %}", "{{ x }}", null),
    ];

    /// <summary>The family of templates that needs what is not there: <c>'%s' % value</c>.</summary>
    public const string Family = "Cohere";

    /// <summary>Templates that models ship, by file, over which they differ, and why; jinja2's answers are ours in each.</summary>
    public static IReadOnlyDictionary<string, string> Models { get; } = new Dictionary<string, string>
    {
        ["NousResearch-Hermes-3-Llama-3.1-8B-tool_use.jinja"] = "undefined is no list without parts, and no filter takes it",
        ["meetkai-functionary-medium-v3.2.jinja"] = "a tuple cannot be taken apart by a loop",
        ["openbmb-MiniCPM5-1B.jinja"] = "there is no filter min",
        ["tencent-Hy3.jinja"] = "a text has no format",
    };
}
