using System.Text;
using Sandglass.Generation;
using Sandglass.Kernels;
using Sandglass.Tokenization;

namespace Sandglass.Tests.Generation;

/// <summary>A vocabulary of single bytes, most of them parts of characters.</summary>
public class HalfCharacterTests
{
    private static readonly byte[][] Tokens = [[0xC3], [0xA9], [0xF0, 0x9F], [0x98], [0x80], [(byte)'a'], [0xE2, 0x98], [0x83, (byte)'b'], [0xC3, 0xA9]];

    [Fact]
    public async Task Text_is_shown_in_whole_characters_and_joined_is_that_of_all_bytes()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sandglass-bytes-");
        try
        {
            string path = TypedModel.Write(folder.FullName, TensorType.F32, id => Spell(Tokens[id % Tokens.Length]), "bytes");
            using LanguageModel model = LanguageModel.Load(path);
            bool waited = false;
            for (ulong seed = 0; seed < 20; seed++)
            {
                Run run = await Run.Of(model, [1], new GenerationOptions { MaxTokens = 60, EndIds = [], Sampling = Evidence.Sampled with { Seed = seed } });

                byte[] bytes = [.. run.Tokens.SelectMany(token => token.Bytes.ToArray())];
                Assert.Equal(Encoding.UTF8.GetString(bytes), run.Text);
                waited |= run.Tokens.Any(token => token.Bytes.Length > 0 && token.Text == "");
            }
            Assert.True(waited);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Spell(byte[] bytes) => new([.. bytes.Select(ByteAlphabet.Letter)]);
}
