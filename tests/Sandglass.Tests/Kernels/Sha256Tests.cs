using System.Security.Cryptography;
using System.Text;
using Iced.Intel;
using Sandglass.Kernels;
using Sandglass.Kernels.MachineCode;

namespace Sandglass.Tests.Kernels;

/// <summary>Our SHA-256: the vectors of its standard, and the runtime's own beside it, with machine code and without.</summary>
public unsafe class Sha256Tests
{
    // NIST, "Cryptographic Standards and Guidelines: examples with intermediate values", SHA-256; the empty text and the million from FIPS 180-2's.
    [Theory]
    [InlineData("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    [InlineData("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")]
    public void Vectors_of_the_standard(string text, int times, string expected)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times))), hash = new byte[Sha256.HashBytes];
        Sha256.Hash(bytes, hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Texts_of_every_length_to_three_blocks_and_some_long_ones_hash_as_the_runtime_has_it()
    {
        Random random = new(12);
        byte[] bytes = new byte[600_001], hash = new byte[Sha256.HashBytes];
        random.NextBytes(bytes);
        foreach (int length in Enumerable.Range(0, 200).Concat([1023, 4096 * 64, 4096 * 64 + 1, 512 * 1024, bytes.Length - 1]))
        {
            ReadOnlySpan<byte> text = bytes.AsSpan(length % 2, length);     // of any alignment
            Sha256.Hash(text, hash);
            Assert.Equal(SHA256.HashData(text), hash);
        }
    }

    [Fact]
    public void Machine_code_does_to_a_state_what_the_plain_twin_does()
    {
        Random random = new(13);
        byte[] blocks = new byte[64 * 5000];
        random.NextBytes(blocks);
        foreach (int count in (int[])[1, 2, 3, 7, 5000])
        {
            uint[] plain = new uint[8];
            for (int i = 0; i < 8; i++) plain[i] = (uint)random.Next();
            uint[] made = [.. plain];
            fixed (uint* a = plain, b = made)
            fixed (byte* text = blocks)
            {
                if (!Sha256Kernel.TryCompress(b, text, count)) return; // the processor has no such instructions
                Sha256.Plain(a, text, count);
            }
            Assert.Equal(plain, made);
        }
    }

    [Fact]
    public void The_listing_reads_back_as_the_instructions_that_are_meant()
    {
        byte[] code = Sha256Code.Write(argumentInRdi: true);
        Iced.Intel.Decoder decoder = Iced.Intel.Decoder.Create(64, code);
        List<Instruction> read = [];
        while (decoder.IP < (ulong)code.Length) read.Add(decoder.Decode());

        Assert.DoesNotContain(read, one => one.IsInvalid);
        Assert.Equal(32, read.Count(one => one.Code == Code.Sha256rnds2_xmm_xmmm128));
        Assert.Equal(12, read.Count(one => one.Code == Code.Sha256msg1_xmm_xmmm128));
        Assert.Equal(12, read.Count(one => one.Code == Code.Sha256msg2_xmm_xmmm128));
        Assert.Equal(12, read.Count(one => one.Code == Code.Palignr_xmm_xmmm128_imm8 && one.Immediate8 == 4));
        Assert.All(read.Where(one => one.OpCount == 2 && one.Op1Kind == OpKind.Memory && one.Op0Kind == OpKind.Register && one.Op0Register.IsXMM()),
            one => Assert.Equal(Code.Movups_xmm_xmmm128, one.Code));
        Assert.Equal(Code.Retnq, read[^1].Code);
        Instruction jump = read.Single(one => one.Code == Code.Jne_rel32_64);
        Assert.Contains(read, one => one.IP == jump.NearBranchTarget && one.Code == Code.Movups_xmmm128_xmm);
    }
}
