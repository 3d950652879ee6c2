using System.CommandLine;
using System.Reflection;
using Sandglass.Generation;
using Sandglass.Planning;
using Sandglass.Sampling;

namespace Sandglass.Cli.Tests;

public class OptionNamesTests
{
    // set by the program that uses the library, not by a person: objects, callbacks, and what the tool decides itself
    private static readonly string[] NotForPeople =
    [
        nameof(ModelOptions.Time), nameof(ModelOptions.LoadProgress), nameof(GenerationOptions.Sampling), nameof(GenerationOptions.ShareCache),
        nameof(GenerationOptions.PromptProgress),
        nameof(GenerationOptions.CacheSalt), nameof(GenerationOptions.Prediction), nameof(GenerationOptions.Priority), nameof(GenerationOptions.Tenant),
        nameof(GenerationOptions.StartWithin), nameof(ModelOptions.TenantWeights), nameof(ModelOptions.CacheShare), nameof(ModelOptions.SharedCache),
        nameof(ScoreOptions.From), nameof(ScoreOptions.Progress), nameof(SamplerOptions.Given), nameof(ServingOptions.Machine),
        nameof(ServingOptions.Price), nameof(ServingOptions.IdleCache),       // their own properties are asked for
    ];

    private static readonly Type[] OptionTypes = [typeof(ModelOptions), typeof(GenerationOptions), typeof(BeamOptions), typeof(SamplerOptions),
        typeof(ScoreOptions), typeof(TraceOptions), typeof(ServingOptions), typeof(ServingPrice), typeof(IdleCacheOptions)];

    public static TheoryData<string> Properties =>
        [.. OptionTypes.SelectMany(type => type.GetProperties()).Where(property => property.SetMethod is not null).Select(property => property.Name).Distinct()
            .Except(NotForPeople)];

    [Theory, MemberData(nameof(Properties))]
    public void Every_property_of_the_librarys_options_has_an_option_that_there_is(string property)
    {
        string option = OptionNames.Of(property);

        Assert.StartsWith("--", option, StringComparison.Ordinal);
        Assert.Contains(option, All());
    }

    [Fact]
    public void Options_go_back_to_the_property_that_sets_them()
    {
        Assert.Equal("MaxTokens", OptionNames.PropertyOf("--max-tokens"));
        Assert.Equal("Beams", OptionNames.PropertyOf(OptionNames.Of("Beams")));
        Assert.Null(OptionNames.PropertyOf("--json"));
        Assert.Equal("Sampling", OptionNames.Of("Sampling"));       // nothing that a person sets
        Assert.All(new SamplingChoice().OfTheDraw, option => Assert.NotNull(OptionNames.PropertyOf(option.Name)));
    }

    public static TheoryData<string> OfSampling =>
        [.. typeof(SamplerOptions).GetProperties().Where(property => property.SetMethod is not null).Select(property => property.Name).Except(NotForPeople)];

    [Theory, MemberData(nameof(OfSampling))]
    public void What_is_given_to_an_option_of_choosing_reaches_its_property(string property)
    {
        SamplingChoice choice = new();
        Command command = new("run");
        choice.AddTo(command);
        PropertyInfo one = typeof(SamplerOptions).GetProperty(property)!;

        Assert.Contains(["0.25", "1.5", "3", "2", "7=1.5"], value => command.Parse([OptionNames.Of(property), value]) is { Errors.Count: 0 } parsed
            && !Equals(one.GetValue(choice.Options(parsed)), one.GetValue(new SamplerOptions())));
    }

    // beams have no draw: what belongs to it alone is noted beside them, and a new step's option must not be forgotten there
    [Fact]
    public void The_options_of_the_draw_are_those_of_the_steps_that_only_a_draw_has()
    {
        IEnumerable<string> steps = StepKind.All.Where(kind => kind.Role is not (StepRole.Rule or StepRole.Penalty)).SelectMany(kind => kind.Options)
            .Select(option => OptionNames.Of(option.Option));

        Assert.Equal(steps.Append("--seed").Append("--samplers").Order(), new SamplingChoice().OfTheDraw.Select(option => option.Name).Order());
        Assert.Equal(StepKind.All.SelectMany(kind => kind.Options).Select(option => OptionNames.Of(option.Option)).Append("--seed").Append("--samplers")
            .Order(), Run().Intersect(Sampling()).Order());
    }

    private static IEnumerable<string> Run() =>
        SandglassCommand.Create(new Terminal()).Subcommands.Single(command => command.Name == "run").Options.Select(option => option.Name);

    private static IEnumerable<string> Sampling() =>
        typeof(SamplerOptions).GetProperties().Where(property => property.SetMethod is not null).Select(property => OptionNames.Of(property.Name));

    private static HashSet<string> All() =>
        [.. Inside(SandglassCommand.Create(new Terminal())).SelectMany(command => command.Options).Select(option => option.Name)];

    private static IEnumerable<Command> Inside(Command command) => command.Subcommands.SelectMany(Inside).Prepend(command);
}
