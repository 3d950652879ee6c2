using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sandglass.Server;

/// <summary>The body of an answer whose writer is patient, but not for ever: see <see cref="PatientWriter"/>.</summary>
internal sealed class PatientBody : IHttpResponseBodyFeature
{
    private readonly IHttpResponseBodyFeature _inner;
    private readonly PatientWriter _writer;

    private PatientBody(IHttpResponseBodyFeature inner, PatientWriter writer) => (_inner, _writer) = (inner, writer);

    public PipeWriter Writer => _writer;

    public Stream Stream => field ??= _writer.AsStream(leaveOpen: true);

    /// <summary>A middleware: has every answer written this way, its end too.</summary>
    public static Func<HttpContext, RequestDelegate, Task> For(TimeSpan patience, TimeProvider time) => async (context, next) =>
    {
        IHttpResponseBodyFeature inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        PatientBody body = new(inner, new PatientWriter(inner.Writer, context, patience, time));
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context).ConfigureAwait(false);
            if (!context.RequestAborted.IsCancellationRequested) await body.CompleteAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // nobody reads what would be said
        }
        finally
        {
            context.Features.Set(inner);
        }
    };

    public void DisableBuffering() => _inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => Patient(_inner.StartAsync(cancellationToken));

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public Task CompleteAsync() => Patient(_inner.CompleteAsync());

    private Task Patient(Task sent) => sent.IsCompleted ? sent : _writer.WaitAsync(Done(sent));

    private static async Task<bool> Done(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }
}
