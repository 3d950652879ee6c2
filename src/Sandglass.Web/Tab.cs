using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Web;

/// <summary>The engine as the worker's script sees it: a model is loaded, texts are begun, and each call of <see cref="Step"/> takes all of them one step
/// further. What comes back is JSON, an object with a <c>type</c>; failures come back so too.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Tab
{
    private static readonly Dictionary<int, TabText> Texts = [];
    private static readonly Dictionary<int, TabLab> Labs = [];
    private static LanguageModel? _model;

    /// <summary>Before anything else. (The runtime's way to a <c>Main</c> is several times as long.)</summary>
    [JSExport]
    internal static void Open() => Host.PlaceModule = static module => Browser.PlaceModule(module);

    /// <summary>Says what the model whose file the script reads from would take here; nothing is loaded.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="bytes">The file's length.</param>
    /// <returns><c>about</c>: see <see cref="TabEstimate"/>.</returns>
    [JSExport]
    internal static string About(string name, double bytes) => Answer(() =>
    {
        using ModelFile file = ModelFile.Open(new BlobStream((long)bytes), name);
        return TabEstimate.Of(name, file);
    });

    /// <summary>Loads the model whose file the script reads from, in place of the one before.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="bytes">The file's length.</param>
    /// <param name="hash">First 16 hex digits of its SHA-256 where the browser counted them, which it does many times as fast; else empty.</param>
    /// <param name="options">A JSON object: <c>compute</c>, <c>cache</c>, <c>context</c>; those that are left out are the defaults.</param>
    /// <returns><c>model</c>: what it is.</returns>
    [JSExport]
    internal static string Load(string name, double bytes, string hash, string options) => Answer(() =>
    {
        Close();
        ModelOptions asked = TabModel.OptionsIn(options) with { LoadProgress = new Progress() };
        using ModelFile file = ModelFile.Open(new BlobStream((long)bytes), name);
        if (hash.Length == 0) hash = file.Hash();
        _model = LanguageModel.Load(file, asked, hash);
        return TabModel.Describe(name, file, hash, _model);
    });

    /// <summary>Begins a text.</summary>
    /// <param name="id">The script's number for it.</param>
    /// <param name="body">As of POST /trace.</param>
    /// <returns><c>start</c>.</returns>
    [JSExport]
    internal static string Begin(int id, string body) => Answer(() =>
    {
        if (_model is null) throw new TraceBodyException("model-unknown", "No model is loaded in the tab.");
        TabText text = new(_model, body);
        Texts.Add(id, text);
        return text.Start;
    });

    /// <summary>Keeps the file that the script reads from, for experiments, which load models by their paths.</summary>
    /// <returns><c>kept</c>.</returns>
    [JSExport]
    internal static string Keep(string name, double bytes) => Answer(() =>
    {
        TabLab.Keep(name, new BlobStream((long)bytes));
        return Answers.Of("kept", static _ => { });
    });

    /// <summary>Begins an experiment.</summary>
    /// <param name="id">The script's number for it.</param>
    /// <param name="body">See <see cref="TabLab"/>.</param>
    /// <returns><c>progress</c>.</returns>
    [JSExport]
    internal static string BeginLab(int id, string body) => Answer(() =>
    {
        Labs.Add(id, TabLab.Begin(body));
        return TabLab.OfProgress(default);
    });

    /// <summary>The next message of an experiment: <c>progress</c>, <c>rows</c>, <c>done</c> or <c>error</c>; null where none is there yet.</summary>
    [JSExport]
    internal static string? TakeLab(int id) => Labs.TryGetValue(id, out TabLab? lab) ? lab.Take() : null;

    /// <summary>Ends an experiment soon; <c>done</c> comes.</summary>
    [JSExport]
    internal static void StopLab(int id)
    {
        if (Labs.TryGetValue(id, out TabLab? lab)) lab.Stop();
    }

    /// <summary>Forgets an experiment that is over.</summary>
    [JSExport]
    internal static void LeaveLab(int id)
    {
        if (Labs.Remove(id, out TabLab? lab)) lab.Dispose();
    }

    /// <summary>Takes all that is under way one step further; whether a token went through.</summary>
    [JSExport]
    internal static bool Step()
    {
        bool hasWorked = false;
        for (int i = LanguageModel.Stepped.Count - 1; i >= 0; i--) hasWorked |= LanguageModel.Stepped[i].Step();
        return hasWorked;
    }

    /// <summary>The next event of a text, <c>step</c>, <c>result</c> or <c>error</c>; null where none is there yet, or none will come.</summary>
    [JSExport]
    internal static string? Take(int id)
    {
        if (!Texts.TryGetValue(id, out TabText? text)) return null;
        return text.TryTake(out string? answer) ? answer : null;
    }

    /// <summary>Ends a text at its next token.</summary>
    [JSExport]
    internal static void Stop(int id)
    {
        if (Texts.TryGetValue(id, out TabText? text)) text.Stop();
    }

    /// <summary>Forgets a text that is over or that nobody reads.</summary>
    [JSExport]
    internal static void Leave(int id)
    {
        if (Texts.Remove(id, out TabText? text)) text.Dispose();
    }

    private static void Close()
    {
        foreach (TabText text in Texts.Values) text.Dispose();
        Texts.Clear();
        _model?.Dispose();
        _model = null;
    }

    [SuppressMessage("Design", "CA1031", Justification = "every failure is told")]
    private static string Answer(Func<string> call)
    {
        try
        {
            return call();
        }
        catch (Exception failure)
        {
            return Answers.OfFailure(failure);
        }
    }

    private sealed class Progress : IProgress<(long Read, long Total)>
    {
        public void Report((long Read, long Total) value) => Browser.Loading(value.Read, value.Total);
    }
}
