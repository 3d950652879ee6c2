using Iced.Intel;
using Sandglass.Kernels;
using Sandglass.Kernels.MachineCode;
using static Iced.Intel.AssemblerRegisters;

namespace Sandglass.Tests.Kernels;

/// <summary>The kernels that are written as machine code: each instruction against another assembler's bytes, and that they run where they can.</summary>
public class ByteDotTests
{
    private static readonly AssemblerRegisterZMM[] Zmms =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    private static readonly (Gpr Ours, AssemblerRegister64 Theirs)[] Gprs =
    [
        (Gpr.Rax, rax), (Gpr.Rcx, rcx), (Gpr.Rdx, rdx), (Gpr.R8, r8), (Gpr.R9, r9), (Gpr.R10, r10), (Gpr.R11, r11),
    ];

    [Fact]
    public void Panels_of_quantised_types_use_machine_code_where_the_processor_has_the_byte_dot()
    {
        if (KernelPath.Widest < KernelWidth.Vector512) return;
        Assert.Equal(ByteDotKernels.IsAllowed, Panels.For(TensorType.Q4_0, KernelWidth.Vector512) is ByteDotPanels<FormatQ4_0, Codes4>);
        Assert.IsNotType<ByteDotPanels<FormatQ4_0, Codes4>>(Panels.For(TensorType.Q4_0, KernelWidth.Vector256));
    }

    [Fact]
    public unsafe void The_limit_of_int8_is_measured_with_the_instruction_in_use()
    {
        if (KernelPath.Widest < KernelWidth.Vector512) return;
        PeakLoops loops = PeakLoops.For(KernelWidth.Vector512);
        Assert.Equal(ByteDotKernels.IsAllowed, loops is ByteDotPeakLoops);
        if (loops is ByteDotPeakLoops) loops.Int8(null, rounds: 3);     // comes back
    }

    [Fact]
    public void Every_instruction_between_registers_reads_back_as_itself()
    {
        foreach (int to in (int[])[0, 5, 9, 18, 31])
        {
            foreach (int a in (int[])[1, 7, 15, 16, 24])
            {
                foreach (int b in (int[])[2, 8, 23, 30])
                {
                    (Zmm t, Zmm x, Zmm y) = (new(to), new(a), new(b));
                    (AssemblerRegisterZMM zt, AssemblerRegisterZMM zx, AssemblerRegisterZMM zy) = (Zmms[to], Zmms[a], Zmms[b]);
                    Same(c => c.Copy(t, x), c => c.vmovaps(zt, zx));
                    Same(c => c.And(t, x, y), c => c.vpandd(zt, zx, zy));
                    Same(c => c.AndNot(t, x, y), c => c.vpandnd(zt, zx, zy));
                    Same(c => c.AddInts(t, x, y), c => c.vpaddd(zt, zx, zy));
                    Same(c => c.Zero(t), c => c.vpxord(zt, zt, zt));
                    Same(c => c.ToFloat(t, x), c => c.vcvtdq2ps(zt, zx));
                    Same(c => c.Multiply(t, x, y), c => c.vmulps(zt, zx, zy));
                    Same(c => c.NegateMultiplyThenAdd(t, x, y), c => c.vfnmadd132ps(zt, zy, zx));
                    Same(c => c.SubtractInts(t, x, y), c => c.vpsubd(zt, zx, zy));
                    Same(c => c.DotBytes(t, x, y), c => c.vpdpbusd(zt, zx, zy));
                    Same(c => c.AddProduct(t, x, y), c => c.vfmadd231ps(zt, zx, zy));
                    Same(c => c.MultiplyThenAdd(t, x, y), c => c.vfmadd132ps(zt, zy, zx));
                    Same(c => c.ShiftShortsRight(t, x, 4), c => c.vpsrlw(zt, zx, 4));
                    Same(c => c.ShiftShortsLeft(t, x, 2), c => c.vpsllw(zt, zx, 2));
                    Same(c => c.Shift(t, x, 7), c => c.vpslld(zt, zx, 7));
                    Same(c => c.Shift(t, x, -9), c => c.vpsrld(zt, zx, 9));
                    Same(c => c.ShiftSignedRight(t, x, 4), c => c.vpsrad(zt, zx, 4));
                    Same(c => c.Place(t, x, y), c => c.vpternlogd(zt, zx, zy, 0b11101010));          // the sum of products a b + c
                }
            }
        }
    }

    [Fact]
    public void Every_instruction_with_memory_reads_back_as_itself()
    {
        foreach ((Gpr ours, AssemblerRegister64 theirs) in Gprs)
        {
            foreach (bool plusRax in (bool[])[false, true])
            {
                foreach (int register in (int[])[0, 11, 20, 31])
                {
                    Memory at = new(ours, 0x1234, plusRax);
                    AssemblerMemoryOperand place = plusRax ? theirs + rax + 0x1234 : theirs + 0x1234;
                    (Zmm t, Zmm x) = (new(register), new(31 - register));
                    (AssemblerRegisterZMM zt, AssemblerRegisterZMM zx) = (Zmms[register], Zmms[31 - register]);
                    Same(c => c.Load(t, at), c => c.vmovups(zt, __zmmword_ptr[place]));
                    Same(c => c.Store(at, t), c => c.vmovups(__zmmword_ptr[place], zt));
                    Same(c => c.Broadcast(t, at), c => c.vpbroadcastd(zt, __dword_ptr[place]));
                    Same(c => c.LoadHalves(t, at), c => c.vcvtph2ps(zt, __ymmword_ptr[place]));
                    Same(c => c.LoadWideBytes(t, at), c => c.vpmovzxbd(zt, __xmmword_ptr[place]));
                    Same(c => c.LoadWideSBytes(t, at), c => c.vpmovsxbd(zt, __xmmword_ptr[place]));
                    Same(c => c.ShiftShortsRight(t, at, 6), c => c.vpsrlw(zt, __zmmword_ptr[place], 6));
                    Same(c => c.Shift(t, at, 7), c => c.vpslld(zt, __zmmword_ptr[place], 7));
                    Same(c => c.Shift(t, at, -9), c => c.vpsrld(zt, __zmmword_ptr[place], 9));
                    Same(c => c.KeepUnder(t, x, at), c => c.vpternlogd(zt, zx, __dword_bcst[place], 0b11100100));    // c ? a : b
                    Same(c => c.And(t, x, at), c => c.vpandd(zt, zx, __dword_bcst[place]));
                    Same(c => c.ShiftRight(t, x, at), c => c.vpsrlvd(zt, zx, __dword_bcst[place]));
                    Same(c => c.Multiply(t, x, at), c => c.vmulps(zt, zx, __zmmword_ptr[place]));
                    Same(c => c.MultiplyByEach(t, x, at), c => c.vmulps(zt, zx, __dword_bcst[place]));
                    Same(c => c.Subtract(t, x, at), c => c.vsubps(zt, zx, __dword_bcst[place]));
                    Same(c => c.DotBytesOfEach(t, x, at), c => c.vpdpbusd(zt, zx, __dword_bcst[place]));
                    Same(c => c.AddProductOfEach(t, x, at), c => c.vfmadd231ps(zt, zx, __dword_bcst[place]));
                    Same(c => c.AddProduct(t, x, at), c => c.vfmadd231ps(zt, zx, __zmmword_ptr[place]));
                    Same(c => c.MultiplyThenAdd(t, at, x), c => c.vfmadd132ps(zt, zx, __zmmword_ptr[place]));
                    Same(c => c.NegateMultiplyThenAdd(t, at, x), c => c.vfnmadd132ps(zt, zx, __zmmword_ptr[place]));
                    Same(c => c.ToInt(t, at), c => c.vcvtps2dq(zt, __dword_bcst[place]));
                    Same(c => c.Prefetch(at), c => c.prefetcht0(__byte_ptr[place]));
                    Same(c => c.LoadRax(at), c => c.mov(eax, __dword_ptr[place]));
                }
                foreach ((Gpr to, AssemblerRegister64 theirTo) in Gprs)
                {
                    Memory at = new(ours, 0x1234, plusRax);
                    AssemblerMemoryOperand place = plusRax ? theirs + rax + 0x1234 : theirs + 0x1234;
                    Same(c => c.Add(to, at), c => c.add(theirTo, __qword_ptr[place]));
                    Same(c => c.LoadAddress(to, at), c => c.lea(theirTo, place));
                    Same(c => c.Load(to, at), c => c.mov(theirTo, __qword_ptr[place]));
                }
            }
            Same(c => c.MoveIfNotBelow(ours, Gpr.R11), c => c.cmovae(theirs, r11));
            Same(c => c.MoveIfNotBelow(Gpr.R8, ours), c => c.cmovae(r8, theirs));
            Same(c => c.Add(ours, 0x1234), c => c.add(theirs, 0x1234));
        }
        Same(c => c.AndRax(12), c => c.and(eax, 12));
        Same(c => c.CompareRax(384), c => c.cmp(eax, 384));
        Same(c => c.ShiftRaxLeft(4), c => c.shl(eax, 4));
        Same(c => c.RcxFromRdi(), c => c.mov(rcx, rdi));
        Same(c => c.Return(), c =>
        {
            c.vzeroupper();
            c.ret();
        });
        ZmmCode loop = new();
        loop.CountDown(Gpr.R9, loop.Here);
        Assert.Equal(["dec r9", "jne 0"], Listing(loop.Bytes));
    }

    // Other assemblers choose shorter displacements: so it is what the bytes say that is compared, not the bytes.
    private static void Same(Action<ZmmCode> ours, Action<Assembler> theirs)
    {
        ZmmCode code = new();
        ours(code);
        Assembler assembler = new(64);
        theirs(assembler);
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), 0);
        Assert.Equal(Listing(stream.ToArray()), Listing(code.Bytes));
    }

    private static List<string> Listing(ReadOnlySpan<byte> bytes)
    {
        Decoder decoder = Decoder.Create(64, bytes.ToArray());
        IntelFormatter formatter = new();
        List<string> lines = [];
        while (decoder.IP < (ulong)bytes.Length)
        {
            StringOutput text = new();
            formatter.Format(decoder.Decode(), text);
            lines.Add(text.ToStringAndReset());
        }
        return lines;
    }
}
