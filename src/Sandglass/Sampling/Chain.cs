namespace Sandglass.Sampling;

/// <summary>The stages in the order in which they run. The order is data; these are the ways to write it down.</summary>
internal static class Chain
{
    /// <summary>
    /// The stages that the options name, or those of the default order that are on. Where the likeliest token is taken, the filters and the temperature are
    /// left out.
    /// </summary>
    /// <exception cref="SamplingException">An option is out of its range, does nothing, or contradicts another.</exception>
    internal static SamplerStep[] Of(SamplerOptions options, SamplerText text)
    {
        List<StepKind> kinds = Kinds(options, text);
        if (options.Temperature == 0) kinds.RemoveAll(kind => kind.Role is StepRole.Filter or StepRole.Temperature);
        return [.. kinds.Select(kind => kind.Create(options, text))];
    }

    /// <summary>For a beam, which draws nothing: the rules and penalties among these stages.</summary>
    /// <inheritdoc cref="Of"/>
    internal static SamplerStep[] WithoutDraw(SamplerOptions options, SamplerText text) =>
        [.. Kinds(options, text).Where(kind => kind.Role is StepRole.Rule or StepRole.Penalty).Select(kind => kind.Create(options, text))];

    private static List<StepKind> Kinds(SamplerOptions options, SamplerText text)
    {
        options.Validate();
        RefuseImpossible(options, text);
        List<StepKind> kinds = options.Samplers is null ? Usual(options, text) : Named(options, text);
        RefuseMixes(kinds, options);
        return kinds;
    }

    private static List<StepKind> Usual(SamplerOptions options, SamplerText text)
    {
        List<StepKind> kinds = [.. StepKind.All.Where(kind => kind.IsOn(options, text))];
        if (options.Mirostat > 0) kinds.RemoveAll(kind => kind.Role == StepRole.Filter && kind.Set(options) is null);   // the usual filters make way
        foreach (StepKind kind in options.Given.Count == 0 ? [] : StepKind.All)
        {
            if (kinds.Contains(kind) || kind.Idle(options) is not string option) continue;
            string[] switches = [.. kind.Options.Take(kind.Switches).Select(given => given.Option)];
            string names = string.Join(" or ", switches.Select((_, i) => $"{{{i}}}"));
            SamplingException.ThrowMix(option, $"{names} with it", "it alone, which does nothing", switches);
        }
        return kinds;
    }

    private static List<StepKind> Named(SamplerOptions options, SamplerText text)
    {
        List<StepKind> named = [];
        const StringSplitOptions Trimmed = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] names = [.. options.Samplers!.SelectMany(list => list.Split([';', ','], Trimmed))];
        foreach (string name in names)
        {
            StepKind? kind = StepKind.Find(name);
            if (kind is null)
            {
                string known = string.Join(", ", StepKind.All.Select(one => one.Name));
                string expected = $"names of steps with commas or semicolons between them, out of {known}";
                SamplingException.ThrowOption(nameof(options.Samplers), expected, $"\"{name}\"");
            }
            if (named.Contains(kind)) SamplingException.ThrowOption(nameof(options.Samplers), "each step once", $"{kind.Name} twice");
            named.Add(kind);
        }
        if (named.Count == 0) SamplingException.ThrowOption(nameof(options.Samplers), "at least one step", "none");
        foreach (StepKind kind in StepKind.All.Except(named))
        {
            if (kind.Role != StepRole.Rule && kind.Set(options) is string option)
                SamplingException.ThrowMix(option, $"{{0}} to name {kind.Name}", string.Join(", ", names), nameof(options.Samplers));
        }
        return [.. StepKind.All.Where(kind => kind.Role == StepRole.Rule && !named.Contains(kind) && kind.IsOn(options, text)), .. named];
    }

    private static void RefuseMixes(List<StepKind> kinds, SamplerOptions options)
    {
        if (options.Temperature == 0 && options.DynatempRange > 0)
            SamplingException.ThrowMix(nameof(options.DynatempRange), "a temperature above 0: 0 takes the likeliest token", "0");
        if (options.DynatempRange == 0 && options.Given.Contains(nameof(options.DynatempExponent)) && !options.Given.Contains(nameof(options.DynatempRange)))
            SamplingException.ThrowMix(nameof(options.DynatempExponent), "{0} with it", "it alone, which does nothing", nameof(options.DynatempRange));
        int mirostat = kinds.FindIndex(kind => kind.Role == StepRole.Mirostat);
        if (mirostat < 0) return;

        if (options.Mirostat == 0)
            SamplingException.ThrowMix(nameof(options.Samplers), "{0} to be 1 or 2 where mirostat is named", "0", nameof(options.Mirostat));
        if (options.Temperature == 0) SamplingException.ThrowMix(nameof(options.Mirostat), "a temperature above 0: 0 takes the likeliest token", "0");
        if (kinds.Find(kind => kind.Role == StepRole.Filter) is StepKind filter)
            SamplingException.ThrowMix(nameof(options.Mirostat), "no filter beside it: it takes their place", filter.Name);
        if (mirostat != kinds.Count - 1)
            SamplingException.ThrowMix(nameof(options.Samplers), "mirostat at the end: it learns from the draw", $"{kinds[^1].Name} after it");
    }

    /// <summary>Refuses ids outside the vocabulary, and rules that leave no token to choose.</summary>
    private static void RefuseImpossible(SamplerOptions options, SamplerText text)
    {
        Require(nameof(options.LogitBias), options.LogitBias?.Keys, text);
        Require(nameof(options.AllowedIds), options.AllowedIds, text);
        Require(nameof(options.BannedIds), options.BannedIds, text);
        if (options.AllowedIds is null && options.BannedIds is null && text.EndIds.Count < text.VocabularySize) return;

        HashSet<int> left = [.. options.AllowedIds ?? Enumerable.Range(0, text.VocabularySize)];
        left.ExceptWith(options.BannedIds ?? []);
        string culprit = options.AllowedIds is null ? nameof(options.BannedIds) : nameof(options.AllowedIds);
        if (left.Count == 0) SamplingException.ThrowMix(culprit, "at least one id that is not banned", "none");
        if (text.IgnoreEnd || text.MinTokens > 0) left.ExceptWith(text.EndIds);
        culprit = text.IgnoreEnd ? nameof(text.IgnoreEnd) : nameof(text.MinTokens);
        if (left.Count == 0) SamplingException.ThrowMix(culprit, "at least one allowed id that does not end the text", "none");
    }

    private static void Require(string option, IEnumerable<int>? ids, SamplerText text)
    {
        foreach (int id in ids ?? [])
        {
            if (id < 0 || id >= text.VocabularySize) SamplingException.ThrowOption(option, $"ids from 0 to {text.VocabularySize - 1}", id);
        }
    }
}
