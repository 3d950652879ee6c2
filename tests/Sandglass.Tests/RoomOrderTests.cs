using System.Reflection;
using System.Text.RegularExpressions;

namespace Sandglass.Tests
{
    /// <summary>The folder list is the pipeline: a room uses rooms to its left only.</summary>
    public partial class RoomOrderTests
    {
        private static readonly Assembly Engine = typeof(LanguageModel).Assembly;

        [Fact]
        public void No_room_uses_one_to_its_right()
        {
            IReadOnlyCollection<Use> uses = UsesOfTypes.Of(Engine);

            Assert.Empty(RoomOrder.Violations(uses));
            // the reader did read: these are in the code of methods, in fields, in signatures
            Assert.Contains(new Use("Sandglass.Transformer.RunState", "Sandglass.Kernels.MatMul"), uses);
            Assert.Contains(new Use("Sandglass.Generation.RowFacts", "Sandglass.Generation.LogitsHash"), uses);
            Assert.True(uses.Count > 200, $"{uses.Count} uses were found");
        }

        [Fact]
        public void Every_namespace_is_a_room_and_every_folder_a_namespace()
        {
            IEnumerable<string> rooms = Engine.GetTypes().Where(type => type.Namespace?.StartsWith("Sandglass", StringComparison.Ordinal) == true)
                .Select(type => RoomOrder.Room(type.FullName!)).Distinct();

            Assert.Equal(RoomOrder.Rooms.Order(), rooms.Order());

            foreach ((string file, string name) in SourceFiles())
                Assert.True(File.ReadLines(file).Contains($"namespace {name};"), $"{file} has no line namespace {name};");
        }

        [Fact]
        public void No_file_names_a_room_to_its_right()
        {
            // a constant leaves no trace in code, only in the source
            Use[] named = [.. SourceFiles().SelectMany(file => NamedIn(file.Path, File.ReadLines(file.Path)))];

            Assert.True(named.Length > 20);
            Assert.Empty(RoomOrder.Violations(named));
        }

        [Theory]
        [InlineData("using Sandglass.Generation;")]
        [InlineData("using static Sandglass.Generation.StepBudget;")]
        [InlineData("using Budget = Sandglass.Generation.StepBudget;")]
        [InlineData("    private const int Most = Generation.StepBudget.Sequences;")]
        [InlineData("    private const int Most = Sandglass.Generation.StepBudget.Sequences;")]
        [InlineData("    private const int Most = global::Sandglass.Generation.StepBudget.Sequences;")]
        public void A_constant_of_a_room_to_the_right_is_found(string line)
        {
            Assert.NotEmpty(RoomOrder.Violations(NamedIn(Path.Combine(Source, "Kernels", "Lanes", "Probe.cs"), ["namespace Sandglass.Kernels;", line])));
        }

        [Theory]
        [InlineData("    /// <summary>Used by Generation.Engine.</summary>")]
        [InlineData("    private readonly Tracing.Counters _work;")]
        [InlineData("    int tokens = batch.Transformer.Tokens;")]
        public void A_comment_a_room_to_the_left_or_a_member_of_that_name_is_fine(string line)
        {
            Assert.Empty(RoomOrder.Violations(NamedIn(Path.Combine(Source, "Kernels", "Lanes", "Probe.cs"), ["namespace Sandglass.Kernels;", line])));
        }

        /// <summary>The rooms that a file's lines name: in an import, or before a type.</summary>
        private static IEnumerable<Use> NamedIn(string file, IEnumerable<string> lines)
        {
            string folder = Path.GetRelativePath(Source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            string from = $"{Namespace(folder)}.{Path.GetFileName(file).Split('.')[0]}";
            foreach (string line in lines.Select(line => line.Split("//")[0]).Where(line => !line.StartsWith("namespace ", StringComparison.Ordinal)))
            {
                foreach (Match match in QualifiedName().Matches(line)) yield return new Use(from, $"Sandglass.{match.Groups["room"].Value}.*");
            }
        }

        [GeneratedRegex(
            @"(?<![\w.])(?:global::)?(?:Sandglass\.)?(?<room>Tracing|Kernels|ModelFiles|Tokenization|KvCache|Sampling|Chat|Transformer|Generation|Studies"
                + @"|Planning)(?:\.[A-Z]|;)",
            RegexOptions.ExplicitCapture)]
        private static partial Regex QualifiedName();

        private static string Source => Path.Combine(Checkout.Folder, "src", "Sandglass");

        private static IEnumerable<(string Path, string Namespace)> SourceFiles()
        {
            foreach (string file in Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories))
            {
                string folder = Path.GetRelativePath(Source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
                if (folder.Split('.')[0] is "obj" or "bin") continue;
                yield return (file, Namespace(folder));
            }
        }

        /// <summary>A folder inside a room only sorts its files: they keep the room's namespace. Code that the engine writes is a room within a room.</summary>
        private static string Namespace(string folder) => folder switch
        {
            "." or "Errors" => "Sandglass",
            "Kernels.MachineCode" => "Sandglass.Kernels.MachineCode",
            "Kernels.WebAssembly" => "Sandglass.Kernels.WebAssembly",
            _ => $"Sandglass.{folder.Split('.')[0]}",
        };

        [Theory]
        [InlineData("Sandglass.Kernels.Exp", "Sandglass.Sampling.Sampler")]
        [InlineData("Sandglass.Tracing.Counters", "Sandglass.Kernels.Exp")]
        [InlineData("Sandglass.KvCache.Page", "Sandglass.Sampling.Sampler")]
        [InlineData("Sandglass.Sampling.Sampler", "Sandglass.KvCache.Page")]
        [InlineData("Sandglass.Generation.Engine", "Sandglass.LanguageModel")]
        [InlineData("Sandglass.Generation.Engine", "Sandglass.Attic.Box")]
        [InlineData("Sandglass.OptionException", "Sandglass.Tracing.Counters")]
        public void A_use_of_a_room_to_the_right_beside_or_unknown_is_found(string from, string to)
        {
            Assert.Equal([$"{from} uses {to}"], RoomOrder.Violations([new Use(from, to), new Use("Sandglass.Transformer.Decoder", "Sandglass.KvCache.Page")]));
        }

        [Theory]
        [InlineData("Sandglass.Sampling.Sampler", "Sandglass.Sampling.Chain")]
        [InlineData("Sandglass.Sampling.Sampler", "Sandglass.Tracing.Counters")]
        [InlineData("Sandglass.LanguageModel", "Sandglass.Generation.Engine")]
        [InlineData("Sandglass.Kernels.KernelPathException", "Sandglass.SandglassException")]
        public void A_use_of_the_same_room_or_one_to_the_left_is_fine(string from, string to)
        {
            Assert.Empty(RoomOrder.Violations([new Use(from, to)]));
        }

        [Fact]
        public void A_use_that_stands_only_in_the_code_of_a_method_is_found()
        {
            IReadOnlyCollection<Use> uses = UsesOfTypes.Of(typeof(RoomOrderTests).Assembly, typeof(Left.Crosses).GetNestedTypes(BindingFlags.NonPublic)
                .Append(typeof(Left.Crosses)));

            string[] found = [.. uses.Where(use => use.From == "Sandglass.Tests.Left.Crosses").Select(use => use.To).Order()];
            Assert.Equal(["Sandglass.Tests.Right.ByCall", "Sandglass.Tests.Right.ByCast", "Sandglass.Tests.Right.ByLambda",
                "Sandglass.Tests.Right.ByTypeArgument", "Sandglass.Tests.Right.ByTypeOf"], found);
        }
    }
}

namespace Sandglass.Tests.Left
{
    /// <summary>Uses another namespace in ways that no signature shows.</summary>
    internal static class Crosses
    {
        public static object? Use(object thing)
        {
            Func<object> late = () => new Right.ByLambda();
            return thing is Right.ByCast || Right.ByCall.Answer() == 41 ? Array.Empty<Right.ByTypeArgument>() : late() is null ? typeof(Right.ByTypeOf) : null;
        }
    }
}

namespace Sandglass.Tests.Right
{
    internal sealed class ByCast;

    internal static class ByCall
    {
        public static int Answer() => 42;
    }

    internal sealed class ByLambda;

    internal sealed class ByTypeArgument;

    internal sealed class ByTypeOf;
}
