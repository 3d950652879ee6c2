namespace Sandglass.Planning;

/// <summary>Which layers see a window of positions only.</summary>
internal static class LayerWindows
{
    private const int MostContext = 1 << 30;

    public static bool[] Of(ConfigFields fields, ConfigFamily family, int layers)
    {
        if (fields.ByLayer("layer_types", layers) is string[] types)
            return [.. types.Select(type => type switch
            {
                "full_attention" => false,
                "sliding_attention" or "chunked_attention" => true,
                _ => throw fields.Wrong("layer_types", "full_attention, sliding_attention or chunked_attention", ModelFiles.Fail.Short(type)),
            })];
        if (Width(fields) is null) return new bool[layers];
        int first = fields.Int("max_window_layers") ?? 0;
        bool isAsked = family.Windows == WindowPattern.Asked && fields.Flag("use_sliding_window");
        return family.Windows switch
        {
            WindowPattern.All => [.. Enumerable.Repeat(true, layers)],
            WindowPattern.Asked => [.. Enumerable.Range(0, layers).Select(layer => isAsked && layer >= first)],
            WindowPattern.Repeated => Repeated(fields.Int("sliding_window_pattern", 1) ?? fields.Int("_sliding_window_pattern", 1) ?? family.Every, layers),
            _ => new bool[layers],
        };
    }

    /// <summary>Positions of a window; null where the model has none, for which 0 stands too.</summary>
    public static int? Width(ConfigFields fields) =>
        fields.Int("sliding_window", 0, MostContext) is int window and > 0 ? window : fields.Int("attention_chunk_size", 1);

    /// <summary>The last of so many layers sees all.</summary>
    private static bool[] Repeated(int every, int layers) => [.. Enumerable.Range(0, layers).Select(layer => (layer + 1) % every != 0)];
}

/// <summary>How a family says which layers have a window.</summary>
internal enum WindowPattern
{
    /// <summary>None has.</summary>
    None,

    /// <summary>All have, where there is one.</summary>
    All,

    /// <summary>Those from <c>max_window_layers</c> on, where <c>use_sliding_window</c> says so.</summary>
    Asked,

    /// <summary>All but every n-th.</summary>
    Repeated,
}
