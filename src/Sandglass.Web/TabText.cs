using System.Diagnostics.CodeAnalysis;
using Sandglass.Generation;

namespace Sandglass.Web;

/// <summary>One text that is written and watched: its events in the order of POST /trace, start, steps, result.</summary>
internal sealed class TabText : IDisposable
{
    private readonly TextTrace _trace;
    private readonly TraceJson _form;
    private readonly CancellationTokenSource _cancellation;
    private readonly IAsyncEnumerator<TraceStep> _steps;
    private bool _isOver;

    public TabText(LanguageModel model, string body)
    {
        TraceBody asked = TraceBody.Read(body, model);
        _form = new TraceJson(model.Tokenizer);
        _cancellation = new CancellationTokenSource();
        _trace = model.TraceAsync(asked.Prompt, asked.Options, asked.Watched, _cancellation.Token);
        _steps = _trace.GetAsyncEnumerator();
    }

    /// <summary>What comes before the steps.</summary>
    public string Start => Answers.Of("start", json =>
    {
        json.WriteStartObject("start");
        _form.WriteStart(json, _trace.Start);
        json.WriteEndObject();
    });

    /// <summary>The next event where one is there: a step, or the result, after which there is none.</summary>
    public bool TryTake([NotNullWhen(true)] out string? answer)
    {
        answer = null;
        if (_isOver) return false;
        if (_trace.TryRead(out TraceStep? step))
        {
            answer = Answers.Of("step", json =>
            {
                json.WritePropertyName("step");
                _form.WriteStep(json, step);
            });
            return true;
        }
        Task<GenerationResult> result = _trace.Result;     // beside a reader: nothing is dropped
        if (!result.IsCompleted) return false;
        _isOver = true;
        answer = result.IsFaulted
            ? Answers.OfFailure(result.Exception.InnerException!)
            : Answers.Of("result", json =>
            {
                json.WritePropertyName("result");
                _form.WriteResult(json, result.Result);
            });
        return true;
    }

    /// <summary>Ends the text at its next token; its result says so.</summary>
    public void Stop() => _cancellation.Cancel();

    public void Dispose()
    {
        if (!_isOver) Stop();
        _cancellation.Dispose();
    }
}
