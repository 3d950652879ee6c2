namespace Sandglass.Chat;

/// <summary>What a name or a key stands for that is not there: nothing when printed, false, empty; all else with it fails and says what was missing.</summary>
/// <param name="Hint">What is missing, as a sentence.</param>
internal sealed record Undefined(string Hint)
{
    public static Undefined Name(string name) => new($"'{name}' is undefined");

    public TemplateException Failure() => new("template-undefined", $"{Hint}.");
}
