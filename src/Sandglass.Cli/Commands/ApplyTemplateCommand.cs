using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sandglass.Chat;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary><c>sandglass apply-template</c>: a conversation as the prompt that a model reads. Needs a template or a model file, no weights.</summary>
internal sealed class ApplyTemplateCommand(Terminal terminal)
{
    private readonly ModelChoice _model = new();
    private readonly Option<string?> _template = new("--template") { Description = "A template in a file, in place of the model's.", HelpName = "FILE" };
    private readonly Option<string?> _messages = new("--messages")
    {
        Description = "The conversation: a JSON array of messages, or an object as for --context; - is standard input, " +
            "and so is a pipe where neither is given.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _context = new("--context")
    {
        Description = "All variables of the template as a JSON object: messages, tools, add_generation_prompt, bos_token and whatever else it reads.",
        HelpName = "FILE",
    };
    private readonly Option<string?> _now = new("--now")
    {
        Description = "The time that the template may write (strftime_now), as 2024-07-26 or 2024-07-26T12:30:00; without it the clock's.",
        HelpName = "TIME",
    };
    private readonly Option<bool> _generation = new("--generation-blocks")
    {
        Description = "Know {% generation %} in a --template, which transformers has and plain jinja2 refuses; in a model file's template it is always known.",
    };

    public Command Create()
    {
        Command command = new("apply-template", "Write a conversation as the prompt that a model reads.") { _template };
        _model.AddNameTo(command);
        foreach (Option option in (Option[])[_messages, _context, _now, _generation]) command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_template) is not null
                && _model.IsNamed(result)) result.AddError("Expected one template, found --template and --model. Leave out one.");
            if (result.GetValue(_generation)
                && result.GetResult(_template) is null) result.AddError("--generation-blocks does nothing alone: expected --template FILE with it.");
        });
        command.SetAction(ApplyAsync);
        return command;
    }

    private async Task<int> ApplyAsync(ParseResult parsed, CancellationToken cancellation)
    {
        DateTimeOffset now = Now(parsed);
        ChatTemplate template = await TemplateAsync(parsed, cancellation);
        using JsonDocument variables = await VariablesAsync(parsed, cancellation);
        if (template.Hint is string hint) terminal.Note($"Hint: {hint}");

        ChatPrompt prompt = template.Render(variables.RootElement, now);
        if (terminal.OutputIsTerminal) terminal.Output.Write(Terminal.Harmless(prompt.Text));
        else terminal.Bytes.Write(Encoding.UTF8.GetBytes(prompt.Text));
        return ExitCode.Done;
    }

    private async Task<ChatTemplate> TemplateAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_template) is string path)
        {
            string source = Encoding.UTF8.GetString(await TextFile.ReadAsync(_template.Name, path, cancellation));
            return ChatTemplate.Compile(source, generationBlocks: parsed.GetValue(_generation));
        }
        using ModelFile file = _model.Open(parsed);
        return ChatTemplate.Of(file.Metadata);
    }

    private async Task<JsonDocument> VariablesAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string? messages = parsed.GetValue(_messages), context = parsed.GetValue(_context);
        if (messages is null && context is null && !terminal.InputIsPiped)
            throw new WrongInputException("There is no conversation. Give one with --messages FILE, with --context FILE, or through a pipe.");
        if (messages == TextFile.StandardInput && context == TextFile.StandardInput)
            throw new WrongInputException("Expected standard input for one of --messages and --context, found it for both.");

        JsonDocument? variables = context is null ? null : await ReadAsync(_context.Name, context, cancellation);
        if (variables is { RootElement.ValueKind: not JsonValueKind.Object })
            throw new WrongInputException($"--context: expected a JSON object with the template's variables, found {Kind(variables.RootElement)}.");
        if (messages is null && variables is not null) return variables;

        JsonDocument conversation = await ReadAsync(_messages.Name, messages ?? TextFile.StandardInput, cancellation);
        switch (conversation.RootElement.ValueKind)
        {
            case JsonValueKind.Object when variables is null: return conversation;
            case JsonValueKind.Array: return Joined(conversation, variables);
            default:
                string orObject = variables is null ? ", or an object with the template's variables" : "";
                throw new WrongInputException($"--messages: expected a JSON array of messages{orObject}, found {Kind(conversation.RootElement)}.");
        }
    }

    /// <summary>The messages among the other variables; where there are none, the prompt is one to be answered.</summary>
    private static JsonDocument Joined(JsonDocument messages, JsonDocument? variables)
    {
        using MemoryStream joined = new();
        using (Utf8JsonWriter json = new(joined))
        {
            json.WriteStartObject();
            if (variables is null) json.WriteBoolean("add_generation_prompt", true);
            else
                foreach (JsonProperty property in variables.RootElement.EnumerateObject().Where(property =>
                    property.Name != "messages")) property.WriteTo(json);
            json.WritePropertyName("messages");
            messages.RootElement.WriteTo(json);
            json.WriteEndObject();
        }
        return JsonDocument.Parse(joined.ToArray());
    }

    private static async Task<JsonDocument> ReadAsync(string option, string path, CancellationToken cancellation)
    {
        byte[] bytes = path == TextFile.StandardInput ? await Terminal.ReadInputAsync(cancellation) : await TextFile.ReadAsync(option, path, cancellation);
        try
        {
            int mark = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
            return JsonDocument.Parse(bytes.AsMemory(mark));
        }
        catch (JsonException failure)
        {
            string where = failure.LineNumber is long line ? $"line {line + 1}, byte {failure.BytePositionInLine + 1}" : "its beginning";
            string source = path == TextFile.StandardInput ? "standard input" : path;
            throw new WrongInputException($"{option}: expected JSON, found what is none at {where} of {source}.");
        }
    }

    private DateTimeOffset Now(ParseResult parsed)
    {
        if (parsed.GetValue(_now) is not string given) return TimeProvider.System.GetLocalNow();
        const DateTimeStyles Unzoned = DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces;
        return DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, Unzoned, out DateTimeOffset now) ? now
            : throw new WrongInputException($"--now: expected a time such as 2024-07-26 or 2024-07-26T12:30:00, found {given}.");
    }

    private static string Kind(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
