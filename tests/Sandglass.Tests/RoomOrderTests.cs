using System.Reflection;

namespace Sandglass.Tests
{
    /// <summary>The folder list is the pipeline: a room uses rooms to its left only.</summary>
    public class RoomOrderTests
    {
        private static readonly Assembly Engine = typeof(LanguageModel).Assembly;

        [Fact]
        public void No_room_uses_one_to_its_right()
        {
            IReadOnlyCollection<Use> uses = UsesOfTypes.Of(Engine);

            Assert.Empty(RoomOrder.Violations(uses));
            // the reader did read: these are in the code of methods, in fields, in signatures
            Assert.Contains(new Use("Sandglass.Transformer.Llama", "Sandglass.Kernels.MatMul"), uses);
            Assert.Contains(new Use("Sandglass.Generation.GeneratedSequence", "Sandglass.Generation.LogitsHash"), uses);
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
        public void No_file_imports_a_room_to_its_right()
        {
            // a constant leaves no trace in code; its import does, for one that is not needed is an error
            IEnumerable<Use> imports =
                from file in SourceFiles()
                from line in File.ReadLines(file.Path)
                where line.StartsWith("using Sandglass", StringComparison.Ordinal)
                select new Use($"{file.Namespace}.{Path.GetFileName(file.Path).Split('.')[0]}", line["using ".Length..].TrimEnd(';') + ".*");

            Assert.True(imports.Count() > 20);
            Assert.Empty(RoomOrder.Violations(imports));
        }

        private static IEnumerable<(string Path, string Namespace)> SourceFiles()
        {
            string source = Path.Combine(Checkout.Folder, "src", "Sandglass");
            foreach (string file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories))
            {
                string folder = Path.GetRelativePath(source, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
                if (folder.Split('.')[0] is "obj" or "bin") continue;
                yield return (file, folder == "." ? "Sandglass" : $"Sandglass.{folder}");
            }
        }

        [Theory]
        [InlineData("Sandglass.Kernels.Exp", "Sandglass.Sampling.Sampler")]
        [InlineData("Sandglass.Tracing.Counters", "Sandglass.Kernels.Exp")]
        [InlineData("Sandglass.KvCache.Page", "Sandglass.Sampling.Sampler")]
        [InlineData("Sandglass.Sampling.Sampler", "Sandglass.KvCache.Page")]
        [InlineData("Sandglass.Generation.Engine", "Sandglass.LanguageModel")]
        [InlineData("Sandglass.Generation.Engine", "Sandglass.Attic.Box")]
        public void A_use_of_a_room_to_the_right_beside_or_unknown_is_found(string from, string to)
        {
            Assert.Equal([$"{from} uses {to}"], RoomOrder.Violations([new Use(from, to), new Use("Sandglass.Transformer.Llama", "Sandglass.KvCache.Page")]));
        }

        [Theory]
        [InlineData("Sandglass.Sampling.Sampler", "Sandglass.Sampling.Chain")]
        [InlineData("Sandglass.Sampling.Sampler", "Sandglass.Tracing.Counters")]
        [InlineData("Sandglass.LanguageModel", "Sandglass.Generation.Engine")]
        public void A_use_of_the_same_room_or_one_to_the_left_is_fine(string from, string to)
        {
            Assert.Empty(RoomOrder.Violations([new Use(from, to)]));
        }

        [Fact]
        public void A_use_that_stands_only_in_the_code_of_a_method_is_found()
        {
            IReadOnlyCollection<Use> uses = UsesOfTypes.Of(typeof(RoomOrderTests).Assembly, typeof(Left.Crosses).GetNestedTypes(BindingFlags.NonPublic).Append(typeof(Left.Crosses)));

            string[] found = [.. uses.Where(use => use.From == "Sandglass.Tests.Left.Crosses").Select(use => use.To).Order()];
            Assert.Equal(["Sandglass.Tests.Right.ByCall", "Sandglass.Tests.Right.ByCast", "Sandglass.Tests.Right.ByLambda", "Sandglass.Tests.Right.ByTypeArgument", "Sandglass.Tests.Right.ByTypeOf"], found);
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
