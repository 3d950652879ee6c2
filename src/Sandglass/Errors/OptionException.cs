using System.Globalization;

namespace Sandglass;

/// <summary>A request that cannot be carried out as asked, as facts: which option, what would have been right, what was found.</summary>
/// <remarks>
/// Options are named by the properties and parameters they are set with. A front end that has its own names for them (a command line, a JSON body)
/// passes its translation to <see cref="MessageWith"/>.
/// </remarks>
public abstract class OptionException : SandglassException
{
    private readonly string _expected;  // with {0}, {1}, … in place of Others; literal text where there are none
    private readonly string[] _others;

    private protected OptionException(string code, string option, string expected, string found, string[] others)
        : base(code, Said(option, Filled(expected, others), found))
    {
        Option = option;
        Found = found;
        _expected = expected;
        _others = others;
    }

    /// <summary>The option that is wrong: the name of a property or parameter, for instance <c>MaxTokens</c>.</summary>
    public string Option { get; }

    /// <summary>What would have been right. It names other options as <see cref="Others"/> does.</summary>
    public string Expected => Filled(_expected, _others);

    /// <summary>The other options that <see cref="Expected"/> names, in its order; mostly none.</summary>
    public IReadOnlyList<string> Others => _others;

    /// <summary>What was given.</summary>
    public string Found { get; }

    /// <summary><see cref="Expected"/> with a front end's names.</summary>
    /// <param name="nameOf">From a property's name to the front end's.</param>
    public string ExpectedWith(Func<string, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        return Filled(_expected, [.. _others.Select(nameOf)]);
    }

    /// <summary>The message with a front end's names.</summary>
    /// <inheritdoc cref="ExpectedWith"/>
    public string MessageWith(Func<string, string> nameOf)
    {
        ArgumentNullException.ThrowIfNull(nameOf);
        return Said(nameOf(Option), ExpectedWith(nameOf), Found);
    }

    private static string Said(string option, string expected, string found) => $"{option}: expected {expected}, found {found}.";

    private static string Filled(string expected, string[] others) =>
        others.Length == 0 ? expected : string.Format(CultureInfo.InvariantCulture, expected, others);
}
