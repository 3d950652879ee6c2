using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary><c>POST /v1/embeddings</c>: a vector for each text, the mean of its tokens' last hidden states, at length 1.</summary>
internal sealed class EmbeddingsEndpoint(ServerState state)
{
    public async Task Handle(HttpContext context)
    {
        (RequestDraft draft, List<int[]> texts) = await JsonBody.ReadAsync(context, state, (body, cancellation) =>
        {
            RequestDraft draft = ParameterTable.Read(body, ApiRoutes.Embeddings, state.Models, state.Options.Limits);
            draft.ParseSpecial = false;     // what a text spells is text
            List<int[]> ids = [.. draft.Prompts.Select(prompt => PromptIds.Of(prompt, draft, "input", cancellation))];
            draft.Prompts = [];     // they may be long, and are not needed any more
            return (draft, ids);
        }).ConfigureAwait(false);
        Caller caller = Caller.Of(context);
        EmbeddingOptions options = new() { Tenant = caller.Tenant, Priority = caller.PriorityOf(null) };

        BodyBytes.Of(context)?.Keep(sizeof(int) * texts.Sum(text => (long)text.Length));
        BodyBytes.Of(context)?.TakeMore((long)sizeof(float) * draft.Served.Model.Shape.Width * texts.Count);      // held until the client has read them
        using GenerationRecord record = state.Telemetry.Begin(context, draft.Served, "embeddings", RequestFacts.Of(context)?.Id ?? "",
            texts.Sum(text => text.Length), 1, null);
        RequestLabels.Tell(draft);
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, state.Drain.Ending, Deadline.Of(context)!.Over);
        Embedding?[] vectors = new Embedding?[texts.Count];
        ApiError? error = null;
        try
        {
            await AllAsync(draft.Served.Model, texts, vectors, options, leave).ConfigureAwait(false);
            record.End();
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            error = ApiError.Of(Deadline.Explain(context, failure), draft.Route);
            throw;
        }
        finally
        {
            record.Computed(read: vectors.Sum(vector => vector?.Tokens ?? 0), written: 0);
            if (error is not null) record.Fail(error);
        }
        await LongAnswer.WriteAsync(context, answer => WriteAsync(answer, draft, vectors!)).ConfigureAwait(false);
    }

    /// <summary>As many at the same time as a step takes, so that a long list does not fill the waiting room; the first that fails ends the others.</summary>
    private async Task AllAsync(
        LanguageModel model, List<int[]> texts, Embedding?[] vectors, EmbeddingOptions options, CancellationTokenSource leave)
    {
        int next = -1;
        Admission admission = new(state.Options.Time, leave.Token);
        Together together = new(leave);
        for (int i = 0; i < Math.Min(model.Options.MaxBatch, texts.Count); i++) together.Begin(EmbedAsync);
        if (await together.EndAsync().ConfigureAwait(false) is Exception failure) ExceptionDispatchInfo.Throw(failure);

        async Task EmbedAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < vectors.Length; i = vectors[i] is null ? i : Interlocked.Increment(ref next))
            {
                Task<Embedding> embedding = await admission.EnterAsync(() => model.EmbedAsync(texts[i], options, leave.Token)).ConfigureAwait(false);
                try
                {
                    vectors[i] = await embedding.ConfigureAwait(false);
                    admission.Ended();
                }
                catch (BusyException lost) when (Admission.IsFull(lost))
                {
                    await admission.LostAsync(lost).ConfigureAwait(false);
                }
            }
        }
    }

    private static async Task WriteAsync(LongAnswer answer, RequestDraft draft, Embedding[] vectors)
    {
        Utf8JsonWriter json = answer.Json;
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (int i = 0; i < vectors.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            if (draft.AsBase64) json.WriteBase64String("embedding", Bytes(vectors[i].Values.Span));
            else WriteNumbers(json, vectors[i].Values.Span);
            json.WriteEndObject();
            await answer.SendAsync().ConfigureAwait(false);
        }
        json.WriteEndArray();
        json.WriteString("model", draft.Served.Id);
        json.WriteString("pooling", "mean");
        json.WriteBoolean("normalized", true);
        json.WriteStartObject("usage");
        int tokens = vectors.Sum(vector => vector.Tokens);
        json.WriteNumber("prompt_tokens", tokens);
        json.WriteNumber("total_tokens", tokens);
        json.WriteEndObject();
    }

    private static void WriteNumbers(Utf8JsonWriter json, ReadOnlySpan<float> values)
    {
        json.WriteStartArray("embedding");
        foreach (float value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static byte[] Bytes(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        return bytes;
    }
}
