using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Sandglass.Studies;

namespace Sandglass.Web;

/// <summary>An experiment of <c>sandglass lab</c> that runs in the tab. What comes of it are the lines of a file of results, as the tool's <c>--resume</c> keeps
/// one: <c>rows</c>, each with a <c>line</c>, beside them <c>progress</c>, and at the end <c>done</c> or <c>error</c>.</summary>
/// <remarks>It is written for threads; here its parts go on in turns of the event loop, between two steps of its models.</remarks>
internal sealed class TabLab : IDisposable, IProgress<ExperimentProgress>
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Queue<string> _answers = [];
    private ExperimentProgress? _progress;

    private TabLab()
    {
    }

    /// <summary>Begins one.</summary>
    /// <param name="body"><c>experiment</c>, <c>model</c> and perhaps <c>draft</c>, which are names of files that were kept, and <c>options</c>: those of the
    /// command line by their names, as texts.</param>
    public static TabLab Begin(string body)
    {
        using JsonDocument document = JsonDocument.Parse(body);
        TabLab lab = new();
        _ = lab.RunAsync(new LabBody(document.RootElement.Clone()));
        return lab;
    }

    /// <summary>Keeps a model where <see cref="ModelFiles.ModelFile.Open(string)"/> finds it.</summary>
    public static void Keep(string name, Stream bytes)
    {
        using FileStream file = new(LabBody.PathOf(name), FileMode.Create);
        bytes.CopyTo(file, 1 << 20);
    }

    /// <summary>How far it is.</summary>
    public static string OfProgress(ExperimentProgress progress) => Answers.Of("progress", json =>
    {
        json.WriteNumber("done", progress.Done);
        json.WriteNumber("parts", progress.Parts);
        json.WriteNumber("share", progress.Parts == 0 ? 0 : progress.Share);
    });

    /// <summary>The next message; null where none is there yet.</summary>
    public string? Take()
    {
        if (_answers.TryDequeue(out string? answer)) return answer;
        if (_progress is not ExperimentProgress progress) return null;
        _progress = null;       // only the newest counts
        return OfProgress(progress);
    }

    /// <summary>Ends it soon.</summary>
    public void Stop() => _cancellation.Cancel();

    public void Dispose() => _cancellation.Dispose();

    void IProgress<ExperimentProgress>.Report(ExperimentProgress value) => _progress = value;

    [SuppressMessage("Design", "CA1031", Justification = "every failure is told")]
    private async Task RunAsync(LabBody body)
    {
        try
        {
            await foreach (byte[] line in LabExperiments.LinesAsync(body, this, _cancellation.Token).ConfigureAwait(false))
                Say("rows", json => json.WriteString("line", Encoding.UTF8.GetString(line).TrimEnd('\n')));
            Say("done", static json => json.WriteBoolean("stopped", false));
        }
        catch (OperationCanceledException)
        {
            Say("done", static json => json.WriteBoolean("stopped", true));
        }
        catch (Exception failure)
        {
            _answers.Enqueue(Answers.OfFailure(failure));
        }

        void Say(string type, Action<Utf8JsonWriter> members) => _answers.Enqueue(Answers.Of(type, members));
    }
}
