using System.Text.Json;
using Sandglass.ModelFiles;

namespace Sandglass.Chat;

/// <summary>How a model wants conversations written: its chat template, which writes messages as one prompt. Safe to use from many threads.</summary>
/// <remarks>Templates are programs in Jinja that come with a model file. They are run by this library itself, bounded in steps, memory and depth, and reach
/// nothing but what they are given.</remarks>
/// <example>
/// <code>
/// ChatPrompt prompt = model.ChatTemplate.Render(new ChatRequest([new ChatMessage("user", "What is an hourglass?")]));
/// await foreach (GeneratedToken token in model.GenerateAsync(prompt.Encode(model.Tokenizer).Ids))
///     Console.Write(token.Text);
/// </code>
/// </example>
public sealed class ChatTemplate
{
    private const string Main = "default", ForTools = "tool_use";

    private readonly Dictionary<string, Lazy<TemplateProgram>> _programs = new(StringComparer.Ordinal);
    private readonly SpecialTexts _special;

    private ChatTemplate(IEnumerable<(string Name, string Source)> sources, SpecialTexts special, bool generationBlocks, string? hint)
    {
        _special = special;
        Hint = hint;
        foreach ((string name, string source) in sources)
        {
            if (name == Main) Source = source;
            _programs[name] = new Lazy<TemplateProgram>(() => new TemplateProgram(source, generationBlocks), LazyThreadSafetyMode.PublicationOnly);
        }
    }

    /// <summary>The main template, as it was given.</summary>
    public string Source { get; } = "";

    /// <summary>The templates of the model, by name: <c>default</c>, and maybe <c>tool_use</c> and others.</summary>
    public IReadOnlyCollection<string> Names => _programs.Keys;

    /// <summary>Null where the model brings its template; else what stands in for it, a sentence to show.</summary>
    public string? Hint { get; }

    /// <summary>Texts that end an answer, beside the model's end tokens: the next speaker's name, where messages are plain lines; mostly none.</summary>
    public IReadOnlyList<string> Ends { get; private init; } = [];

    /// <summary>Compiles a template.</summary>
    /// <param name="source">Jinja, as models ship it.</param>
    /// <param name="bosToken">What the template knows as <c>bos_token</c>; null for nothing.</param>
    /// <param name="eosToken">What it knows as <c>eos_token</c>.</param>
    /// <param name="generationBlocks">Whether <c>{% generation %}</c> is known, by which transformers marks the assistant's part in training; jinja2 refuses
    /// it.</param>
    /// <exception cref="TemplateException">It is no template; the message says where and why.</exception>
    public static ChatTemplate Compile(string source, string? bosToken = null, string? eosToken = null, bool generationBlocks = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ChatTemplate template = new([(Main, source)], new SpecialTexts(bosToken, eosToken), generationBlocks, hint: null);
        _ = template._programs[Main].Value;
        return template;
    }

    /// <summary>The template of a model file, or where it has none a plain form that its vocabulary knows. Errors in it show when it is rendered.</summary>
    public static ChatTemplate Of(Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        (string, string)[] named = [.. TemplateSources.Of(metadata)];
        SpecialTexts special = SpecialTexts.Of(metadata);
        if (named.Length > 0) return new ChatTemplate(named, special, generationBlocks: true, hint: null);
        (string source, string hint, IReadOnlyList<string> ends) = DefaultTemplate.For(metadata);
        return new ChatTemplate([(Main, source)], special, generationBlocks: false, hint) { Ends = ends };
    }

    /// <summary>Writes a conversation as a prompt.</summary>
    /// <exception cref="TemplateException">The template refuses the conversation or fails over it, needs more than it may, or is no template.</exception>
    public ChatPrompt Render(ChatRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool generationPrompt = request.AddGenerationPrompt ?? !request.ContinueFinalMessage;
        if (generationPrompt && request.ContinueFinalMessage)
            throw new TemplateException("template-continue", "A prompt cannot both continue the final message and begin an answer.");
        TemplateArguments.Check(request.Arguments);
        TemplateProgram program = Program(request);
        bool plain = request.Messages.All(message => message is { Content: not null, Parts: null, ToolCalls.Count: 0 });
        MessageForm form = plain && !program.MayNeedParts ? MessageForm.Usual : program.FormOf(_special);
        ListValue messages = new([]);
        Text text = program.Render(request.Now, (rendering, scope) =>
        {
            _special.AddTo(scope);
            foreach ((string name, JsonElement value) in request.Arguments) scope.Set(name, JsonValues.Of(rendering, value));
            scope.Set("messages", messages = MessageValues.Of(rendering, request.Messages, form));
            scope.Set("tools", request.Tools is JsonElement tools ? JsonValues.Of(rendering, tools) : null);
            scope.Set("documents", request.Documents is JsonElement documents ? JsonValues.Of(rendering, documents) : null);
            scope.Set("add_generation_prompt", generationPrompt);
        });
        return TemplateProgram.Prompt(request.ContinueFinalMessage ? FinalMessage.Open(text, request.Messages) : text) with
        {
            Unread = [.. MessageValues.Unread(messages)],
        };
    }

    /// <summary>Renders the main template with just these variables: what the template language is tried with.</summary>
    /// <param name="variables">A JSON object: <c>messages</c>, <c>tools</c>, <c>add_generation_prompt</c>, <c>bos_token</c> and whatever else the template
    /// reads. The template's own begin and end tokens stand in where it has none.</param>
    /// <param name="now">The time that the template may ask for.</param>
    /// <exception cref="TemplateException">As <see cref="Render(ChatRequest)"/>.</exception>
    public ChatPrompt Render(JsonElement variables, DateTimeOffset? now = null)
    {
        if (variables.ValueKind != JsonValueKind.Object)
            throw new TemplateException("template-argument", "The variables of a template are expected as a JSON object.");
        bool tools = variables.TryGetProperty("tools", out JsonElement given) && given.ValueKind == JsonValueKind.Array && given.GetArrayLength() > 0;
        return TemplateProgram.Prompt(Program(name: null, tools).Render(now, (rendering, scope) =>
        {
            _special.AddTo(scope);
            foreach (JsonProperty property in variables.EnumerateObject())
            {
                object? value = JsonValues.Of(rendering, property.Value);
                if (property.Name == "messages") MessageValues.TrustRoles(value);
                scope.Set(property.Name, value is Text text && property.Name.EndsWith("_token", StringComparison.Ordinal)
                    ? new Text(text.Value, trusted: true) : value);
            }
        }));
    }

    private TemplateProgram Program(ChatRequest request) =>
        Program(request.Template, request.Tools is { ValueKind: JsonValueKind.Array } tools && tools.GetArrayLength() > 0);

    private TemplateProgram Program(string? name, bool tools)
    {
        name ??= tools && _programs.ContainsKey(ForTools) ? ForTools : _programs.ContainsKey(Main) ? Main : _programs.Keys.First();
        return _programs.TryGetValue(name, out Lazy<TemplateProgram>? program)
            ? program.Value
            : throw new TemplateException("template-missing",
                $"The model has no chat template named '{name}'. Those it has: {string.Join(", ", _programs.Keys)}.");
    }
}
