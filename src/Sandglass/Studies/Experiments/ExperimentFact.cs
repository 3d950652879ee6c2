using System.Globalization;

namespace Sandglass.Studies;

/// <summary>One thing that an experiment's rows depend on.</summary>
/// <param name="Name">As JSON has it: <c>seed</c>.</param>
/// <param name="Value">As text.</param>
public readonly record struct ExperimentFact(string Name, string Value)
{
    internal static ExperimentFact Of<T>(string name, T value) => new(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");

    internal static ExperimentFact List<T>(string name, IEnumerable<T> values) =>
        new(name, string.Join(',', values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture))));

    /// <summary>The model, and how it is run: all of it that bits depend on.</summary>
    internal static IEnumerable<ExperimentFact> Model(LanguageModel model) =>
    [
        Of("model", model.Hash ?? model.Name), Of("compute", model.Options.Compute), Of("cacheType", model.Options.CacheType),
        Of("context", model.Context), Of("window", model.Options.Window), Of("sinks", model.Options.Window > 0 ? model.Options.SinkTokens : 0),
    ];
}
