using System.Buffers;
using System.Text.Json;
using Sandglass.ModelFiles;
using Sandglass.Tokenization;

namespace Sandglass.Generation;

/// <summary>A trace in a file: one JSON object after <c>contract/trace.schema.json</c>, in ASCII, each step on a line of its own. It gets its name when it is
/// whole, in place of what is there, so nobody ever finds half of one.</summary>
/// <example>
/// <code>
/// using TraceFile file = new("story.json", trace.Start, model.Tokenizer);
/// await foreach (TraceStep step in trace) file.Write(step);
/// file.Complete(await trace.Result);
/// </code>
/// </example>
public sealed class TraceFile : IDisposable
{
    private readonly PartialFile _file;
    private readonly TraceJson _form;
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json;
    private readonly Action<Stream> _flush;
    private bool _hasSteps;

    /// <summary>Begins it.</summary>
    /// <param name="path">Of the file; a link is written through.</param>
    /// <param name="start">What the trace is of.</param>
    /// <param name="tokenizer">Of the model that is traced.</param>
    /// <exception cref="ModelFileException"><c>write-failed</c>: nothing can be written there.</exception>
    public TraceFile(string path, TraceStart start, Tokenizer tokenizer)
    {
        _form = new TraceJson(tokenizer);
        _json = new Utf8JsonWriter(_bytes);
        _flush = stream => stream.Write(_bytes.WrittenSpan);
        _file = new PartialFile(path);
        _json.WriteStartObject();
        _form.WriteStart(_json, start);
        _json.Flush();              // the object stays open: what follows is put beside the writer, which knows no lines
        Send(",\n\"steps\":["u8);
    }

    /// <summary>Adds a step.</summary>
    /// <exception cref="ModelFileException"><c>write-failed</c>: for instance, there is no room left.</exception>
    public void Write(TraceStep step)
    {
        Begin(_hasSteps ? ",\n"u8 : "\n"u8);
        _form.WriteStep(_json, step);
        _json.Flush();
        Send([]);
        _hasSteps = true;
    }

    /// <summary>Ends it, and gives it its name.</summary>
    /// <param name="result">The outcome; null where there is none, since it failed.</param>
    /// <exception cref="ModelFileException"><c>write-failed</c>.</exception>
    public void Complete(GenerationResult? result)
    {
        Begin("\n]"u8);
        if (result is not null)
        {
            _bytes.Write(",\n\"result\":"u8);
            _form.WriteResult(_json, result);
            _json.Flush();
        }
        Send("}\n"u8);
        _file.Complete();
    }

    /// <summary>Deletes it, where it was not completed.</summary>
    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
    }

    private void Begin(ReadOnlySpan<byte> before)
    {
        _bytes.ResetWrittenCount();
        _bytes.Write(before);
        _json.Reset(_bytes);
    }

    private void Send(ReadOnlySpan<byte> after)
    {
        _bytes.Write(after);
        _file.Write(_flush);
    }
}
