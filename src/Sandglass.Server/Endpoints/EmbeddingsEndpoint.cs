using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sandglass.Generation;

namespace Sandglass.Server;

/// <summary><c>POST /v1/embeddings</c>: a vector for each text, the mean of its tokens' last hidden states, at length 1.</summary>
internal sealed class EmbeddingsEndpoint(ServerState state)
{
    public async Task Handle(HttpContext context)
    {
        RequestDraft draft;
        using (JsonDocument body = await JsonBody.ReadAsync(context, state.Options.Limits).ConfigureAwait(false))
            draft = ParameterTable.Read(body.RootElement, ApiRoutes.Embeddings, state.Models, state.Options.Limits);
        draft.ParseSpecial = false;     // what a text spells is text
        List<int[]> texts = [.. draft.Prompts.Select(prompt => PromptIds.Of(prompt, draft, "input"))];
        Caller caller = Caller.Of(context);
        EmbeddingOptions options = new() { Tenant = caller.Tenant, Priority = caller.PriorityOf(null) };

        using GenerationRecord record = state.Telemetry.Begin(context, draft.Served, "embeddings", RequestFacts.Of(context)?.Id ?? "",
            texts.Sum(text => text.Length), 1, null);
        RequestLabels.Tell(draft);
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, state.Drain.Ending);
        Embedding?[] vectors = new Embedding?[texts.Count];
        ApiError? error = null;
        try
        {
            await AllAsync(draft.Served.Model, texts, vectors, options, leave).ConfigureAwait(false);
            record.End();
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            RequestException stopping = new("stopping", "The server is stopping and ended the work. Ask again.");
            error = ApiError.Of(stopping, draft.Route);
            throw stopping;
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            error = ApiError.Of(failure, draft.Route);
            throw;
        }
        finally
        {
            record.Computed(read: vectors.Sum(vector => vector?.Tokens ?? 0), written: 0);
            if (error is not null) record.Fail(error);
        }
        await JsonAnswer.WriteAsync(context, 200, json => Write(json, draft, vectors!)).ConfigureAwait(false);
    }

    /// <summary>As many at the same time as a step takes, so that a long list does not fill the waiting room; the first that fails ends the others.</summary>
    private static async Task AllAsync(
        LanguageModel model, List<int[]> texts, Embedding?[] vectors, EmbeddingOptions options, CancellationTokenSource leave)
    {
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(model.Options.MaxBatch, texts.Count)).Select(_ => EmbedAsync())).ConfigureAwait(false);

        async Task EmbedAsync()
        {
            try
            {
                for (int i = Interlocked.Increment(ref next); i < vectors.Length; i = Interlocked.Increment(ref next))
                    vectors[i] = await model.EmbedAsync(texts[i], options, leave.Token).ConfigureAwait(false);
            }
            catch
            {
                await leave.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    private static void Write(Utf8JsonWriter json, RequestDraft draft, Embedding[] vectors)
    {
        json.WriteStartObject();
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
