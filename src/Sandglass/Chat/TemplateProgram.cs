using Sandglass.Tokenization;

namespace Sandglass.Chat;

/// <summary>A template, read once, to be rendered many times by any number of threads.</summary>
internal sealed class TemplateProgram
{
    private const int MostSource = 1 << 18;     // characters: the largest that models ship have thirty thousand

    private readonly string _source;
    private readonly Block _body;
    private MessageForm? _form;

    /// <param name="source">The template.</param>
    /// <param name="generationBlocks">Whether <c>{% generation %}</c> is known, as in transformers.</param>
    public TemplateProgram(string source, bool generationBlocks)
    {
        if (source.Length > MostSource)
            throw new TemplateException("template-size", $"A chat template of {source.Length} characters; at most {MostSource} are read.");
        _source = Lexer.Normalised(source);
        _body = Parser.Read(_source, generationBlocks);
    }

    /// <summary>Whether the template names parts, so that perhaps it reads nothing else.</summary>
    public bool MayNeedParts => _source.Contains("'text'", StringComparison.Ordinal) || _source.Contains("\"text\"", StringComparison.Ordinal)
        || _source.Contains(".text", StringComparison.Ordinal);

    /// <summary>The form of messages that the template reads: found once. Two threads that ask at once find the same.</summary>
    public MessageForm FormOf(SpecialTexts special) => _form ??= MessageForm.Of((messages, form) => Render(DateTimeOffset.UnixEpoch, (rendering, scope) =>
    {
        special.AddTo(scope);
        scope.Set("messages", MessageValues.Of(rendering, messages, form));
        scope.Set("tools", new ListValue([]));
        scope.Set("add_generation_prompt", false);
    }).Value);

    /// <summary>What the template writes.</summary>
    /// <param name="now">The time that it may ask for.</param>
    /// <param name="variables">Sets what it is given.</param>
    public Text Render(DateTimeOffset? now, Action<Rendering, Scope> variables)
    {
        Rendering rendering = new(now);
        Scope globals = new(null);
        Globals.AddTo(globals, rendering);
        Scope given = new(globals);
        variables(rendering, given);
        try
        {
            _body.Run(rendering, new Scope(given));
            return rendering.Output.ToText();
        }
        catch (TemplateException failure)
        {
            throw failure.At(_source, rendering.Place);
        }
    }

    /// <summary>A text as a prompt.</summary>
    public static ChatPrompt Prompt(Text text) =>
        new(text.Value, [.. text.Stretches(0, text.Value.Length).Select(stretch => new TextPart(stretch.To - stretch.From, stretch.Trusted))]);
}
