using System.Globalization;
using Microsoft.Extensions.AI;
using Sandglass.Generation;
using Sandglass.Sampling;

namespace Sandglass.Extensions.AI;

/// <summary>Options of a request as the engine's own. What is given is honoured or refused.</summary>
internal sealed class RequestOptions(IChatClient client, string modelId, GenerationOptions defaults)
{
    public GenerationOptions Of(ChatOptions? options)
    {
        if (options is null) return defaults;
        Refuse(options);
        GenerationOptions generation = options.RawRepresentationFactory?.Invoke(client) switch
        {
            null => defaults,
            GenerationOptions own => own,
            object other => throw new NotSupportedException(
                $"{nameof(options.RawRepresentationFactory)} gave {other.GetType().Name}: expected {typeof(GenerationOptions).FullName}, or null."),
        };
        List<string> given = [.. generation.Sampling.Given];
        T? Given<T>(T? value, string property) where T : struct
        {
            if (value is not null) given.Add(property);
            return value;
        }

        SamplerOptions sampling = generation.Sampling;
        sampling = sampling with
        {
            Temperature = Given(AsWritten(options.Temperature), nameof(SamplerOptions.Temperature)) ?? sampling.Temperature,
            TopP = Given(AsWritten(options.TopP), nameof(SamplerOptions.TopP)) ?? sampling.TopP,
            TopK = Given(options.TopK, nameof(SamplerOptions.TopK)) ?? sampling.TopK,
            FrequencyPenalty = Given(AsWritten(options.FrequencyPenalty), nameof(SamplerOptions.FrequencyPenalty)) ?? sampling.FrequencyPenalty,
            PresencePenalty = Given(AsWritten(options.PresencePenalty), nameof(SamplerOptions.PresencePenalty)) ?? sampling.PresencePenalty,
            Seed = options.Seed is long seed ? unchecked((ulong)seed) : sampling.Seed,
        };
        generation = generation with
        {
            MaxTokens = options.MaxOutputTokens ?? generation.MaxTokens,
            Stop = options.StopSequences is { } stops ? [.. stops] : generation.Stop,
            Sampling = sampling,
        };
        foreach ((string name, object? value) in options.AdditionalProperties ?? [])
        {
            if (value is null || name == TemplateProperties.Name) continue;
            NamedOption option = NamedOption.Of(name);
            generation = option.Set(generation, new NamedValue(name, value));
            if (option.SamplerProperty is string property) given.Add(property);
        }
        return generation with { Sampling = generation.Sampling with { Given = given } };
    }

    private void Refuse(ChatOptions options)
    {
        if (options.Tools is { Count: > 0 } || options.ToolMode is RequiredChatToolMode) throw Prompts.NoTools();
        if (options.ResponseFormat is not (null or ChatResponseFormatText))
            throw Unsupported(nameof(options.ResponseFormat), "answers are not bound to a format yet", "ask for it in words, or give ChatResponseFormat.Text");
        if (options.ConversationId is not null)
            throw Unsupported(
                nameof(options.ConversationId), "nothing is kept between requests", "give all messages; what earlier ones had too is found in the cache");
        if (options.ContinuationToken is not null || options.AllowBackgroundResponses == true)
            throw Unsupported(nameof(options.AllowBackgroundResponses), "an answer is written while its request lasts", "leave it and ContinuationToken out");
        if (options.Reasoning is not null)
            throw Unsupported(
                nameof(options.Reasoning), "how long a model thinks is its template's matter", $"give its variables in {TemplateProperties.Name}");
        if (options.ModelId is string asked && asked != modelId)
            throw new NotSupportedException($"{nameof(options.ModelId)}: this client has {modelId} and not {asked}. Leave it out, or load that model.");
    }

    private static NotSupportedException Unsupported(string option, string reason, string advice) =>
        new($"{option} is not supported: {reason}. Instead, {advice}.");

    /// <summary>0.7f is meant as 0.7, not as the nearest float's 0.699999988.</summary>
    private static double? AsWritten(float? value) =>
        value is float number ? double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : null;
}
