namespace Sandglass.Kernels.MachineCode;

/// <summary>A register of 512 bits, 0 to 31.</summary>
internal readonly record struct Zmm(int Number);

/// <summary>A general register that is caller-saved on every system: rax, rcx, rdx, r8, r9, r10, r11.</summary>
internal enum Gpr
{
    Rax = 0,
    Rcx = 1,
    Rdx = 2,
    R8 = 8,
    R9 = 9,
    R10 = 10,
    R11 = 11,
}

/// <summary>An operand in memory: [base + rax (where indexed) + displacement].</summary>
internal readonly record struct Memory(Gpr Base, int Displacement = 0, bool PlusRax = false);

/// <summary>Encodes x86-64 instructions: the few that our kernels need and .NET 10 cannot express. Source: Intel SDM volume 2, sections 2.1 and 2.7.</summary>
/// <remarks>
/// Operands are in Intel's order, destination first. Displacements are always four bytes long: a loop that runs from the micro-op cache gains nothing from
/// shorter ones.
/// </remarks>
internal sealed class ZmmCode
{
    private const int Map0F = 1, Map0F38 = 2, Map0F3A = 3;  // EVEX's mmm
    private const int None = 0, P66 = 1;        // EVEX's pp

    private const byte MaskedOr = 0xEA, Select = 0xE4;      // vpternlogd's truth tables: (a & b) | c, c ? a : b

    private readonly List<byte> _bytes = [];

    /// <summary>The code written so far.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.ToArray();

    /// <summary>Offset of the next instruction: the target of a backward jump.</summary>
    public int Here => _bytes.Count;

    public void Load(Zmm to, Memory from) => Evex(Map0F, None, 0x10, to.Number, 0, from, broadcast: false);                         // vmovups
    public void Store(Memory to, Zmm from) => Evex(Map0F, None, 0x11, from.Number, 0, to, broadcast: false);                        // vmovups
    public void Copy(Zmm to, Zmm from) => Evex(Map0F, None, 0x28, to.Number, 0, from);                                              // vmovaps
    public void Broadcast(Zmm to, Memory from) => Evex(Map0F38, P66, 0x58, to.Number, 0, from, broadcast: false);                   // vpbroadcastd
    public void And(Zmm to, Zmm a, Memory each) => Evex(Map0F, P66, 0xDB, to.Number, a.Number, each, broadcast: true);              // vpandd
    public void Zero(Zmm to) => Evex(Map0F, P66, 0xEF, to.Number, to.Number, to);                                                   // vpxord
    public void ShiftRight(Zmm to, Zmm a, Memory each) => Evex(Map0F38, P66, 0x45, to.Number, a.Number, each, broadcast: true);     // vpsrlvd
    public void AddInts(Zmm to, Zmm a, Zmm b) => Evex(Map0F, P66, 0xFE, to.Number, a.Number, b);                                    // vpaddd
    public void And(Zmm to, Zmm a, Zmm b) => Evex(Map0F, P66, 0xDB, to.Number, a.Number, b);                                        // vpandd
    public void AndNot(Zmm to, Zmm not, Zmm b) => Evex(Map0F, P66, 0xDF, to.Number, not.Number, b);                                 // vpandnd
    public void LoadHalves(Zmm to, Memory from) => Evex(Map0F38, P66, 0x13, to.Number, 0, from, broadcast: false);                  // vcvtph2ps
    public void MultiplyByEach(Zmm to, Zmm a, Memory each) => Evex(Map0F, None, 0x59, to.Number, a.Number, each, broadcast: true);  // vmulps
    public void ToFloat(Zmm to, Zmm from) => Evex(Map0F, None, 0x5B, to.Number, 0, from);                                           // vcvtdq2ps
    public void Multiply(Zmm to, Zmm a, Memory b) => Evex(Map0F, None, 0x59, to.Number, a.Number, b, broadcast: false);             // vmulps
    public void Subtract(Zmm to, Zmm a, Memory each) => Evex(Map0F, None, 0x5C, to.Number, a.Number, each, broadcast: true);        // vsubps

    public void Multiply(Zmm to, Zmm a, Zmm b) => Evex(Map0F, None, 0x59, to.Number, a.Number, b);                                  // vmulps
    public void LoadWideBytes(Zmm to, Memory from) => Evex(Map0F38, P66, 0x31, to.Number, 0, from, broadcast: false);               // vpmovzxbd
    public void LoadWideSBytes(Zmm to, Memory from) => Evex(Map0F38, P66, 0x21, to.Number, 0, from, broadcast: false);              // vpmovsxbd

    public void SubtractInts(Zmm to, Zmm a, Zmm b) => Evex(Map0F, P66, 0xFA, to.Number, a.Number, b);                               // vpsubd
    public void ToInt(Zmm to, Memory each) => Evex(Map0F, P66, 0x5B, to.Number, 0, each, broadcast: true);                          // vcvtps2dq

    /// <summary>to += the sum of each lane's four products of unsigned bytes (a) and signed bytes (b).</summary>
    public void DotBytes(Zmm to, Zmm a, Zmm b) => Evex(Map0F38, P66, 0x50, to.Number, a.Number, b);                                 // vpdpbusd

    /// <summary>As <see cref="DotBytes"/>, the same four signed bytes for every lane.</summary>
    public void DotBytesOfEach(Zmm to, Zmm a, Memory each) => Evex(Map0F38, P66, 0x50, to.Number, a.Number, each, broadcast: true);

    /// <summary>to = a * b + to</summary>
    public void AddProduct(Zmm to, Zmm a, Zmm b) => Evex(Map0F38, P66, 0xB8, to.Number, a.Number, b);                               // vfmadd231ps

    /// <summary>to = a * (one number for all lanes) + to</summary>
    public void AddProductOfEach(Zmm to, Zmm a, Memory each) => Evex(Map0F38, P66, 0xB8, to.Number, a.Number, each, broadcast: true);

    /// <summary>to = a * b + to</summary>
    public void AddProduct(Zmm to, Zmm a, Memory b) => Evex(Map0F38, P66, 0xB8, to.Number, a.Number, b, broadcast: false);

    /// <summary>to = to * b + c</summary>
    public void MultiplyThenAdd(Zmm to, Zmm b, Zmm c) => Evex(Map0F38, P66, 0x98, to.Number, c.Number, b);                          // vfmadd132ps

    /// <summary>to = to * b + c</summary>
    public void MultiplyThenAdd(Zmm to, Memory b, Zmm c) => Evex(Map0F38, P66, 0x98, to.Number, c.Number, b, broadcast: false);     // vfmadd132ps

    /// <summary>to = -(to * b) + c</summary>
    public void NegateMultiplyThenAdd(Zmm to, Zmm b, Zmm c) => Evex(Map0F38, P66, 0x9C, to.Number, c.Number, b);                    // vfnmadd132ps

    /// <summary>to = -(to * b) + c</summary>
    public void NegateMultiplyThenAdd(Zmm to, Memory b, Zmm c) => Evex(Map0F38, P66, 0x9C, to.Number, c.Number, b, broadcast: false);   // vfnmadd132ps

    /// <summary>Each int16 of a, shifted right with zeros.</summary>
    public void ShiftShortsRight(Zmm to, Zmm a, int count)                                                                          // vpsrlw
    {
        Evex(Map0F, P66, 0x71, 2, to.Number, a);
        _bytes.Add((byte)count);
    }

    /// <summary>The same, from memory.</summary>
    public void ShiftShortsRight(Zmm to, Memory a, int count)
    {
        Evex(Map0F, P66, 0x71, 2, to.Number, a, broadcast: false);
        _bytes.Add((byte)count);
    }

    /// <summary>Each int16 of a, shifted left.</summary>
    public void ShiftShortsLeft(Zmm to, Zmm a, int count)                                                                           // vpsllw
    {
        Evex(Map0F, P66, 0x71, 6, to.Number, a);
        _bytes.Add((byte)count);
    }

    /// <summary>Each int32 of a, shifted left, or logically right where the count is negative.</summary>
    public void Shift(Zmm to, Zmm a, int count)                                                                                     // vpslld, vpsrld
    {
        Evex(Map0F, P66, 0x72, count < 0 ? 2 : 6, to.Number, a);
        _bytes.Add((byte)Math.Abs(count));
    }

    /// <summary>The same, from memory.</summary>
    public void Shift(Zmm to, Memory a, int count)
    {
        Evex(Map0F, P66, 0x72, count < 0 ? 2 : 6, to.Number, a, broadcast: false);
        _bytes.Add((byte)Math.Abs(count));
    }

    /// <summary>Each int32 of a, shifted right with its sign.</summary>
    public void ShiftSignedRight(Zmm to, Zmm a, int count)                                                                          // vpsrad
    {
        Evex(Map0F, P66, 0x72, 4, to.Number, a);
        _bytes.Add((byte)count);
    }

    /// <summary>to = (to &amp; mask) | bits</summary>
    public void Place(Zmm to, Zmm mask, Zmm bits)                                                                                   // vpternlogd
    {
        Evex(Map0F3A, P66, 0x25, to.Number, mask.Number, bits);
        _bytes.Add(MaskedOr);
    }

    /// <summary>Keeps the bits under the mask, which is the same for every lane; the rest comes from the other register.</summary>
    public void KeepUnder(Zmm to, Zmm other, Memory mask)                                                                           // vpternlogd
    {
        Evex(Map0F3A, P66, 0x25, to.Number, other.Number, mask, broadcast: true);
        _bytes.Add(Select);
    }

    /// <summary>Eight bytes from memory.</summary>
    public void Load(Gpr to, Memory from) => Legacy(0x8B, (int)to, from, wide: true);                                               // mov

    /// <summary>Prefetches a cache line into all caches.</summary>
    public void Prefetch(Memory at)                                                                                                 // prefetcht0
    {
        Write([Rex(false, 0, (int)at.Base), 0x0F, 0x18]);
        Address(1, at);
    }

    /// <summary>rax = four bytes from memory.</summary>
    public void LoadRax(Memory from) => Legacy(0x8B, (int)Gpr.Rax, from, wide: false);                                              // mov eax

    /// <summary>The address itself.</summary>
    public void LoadAddress(Gpr to, Memory of) => Legacy(0x8D, (int)to, of, wide: true);                                            // lea

    public void AndRax(int mask) => Write([0x83, 0xE0, (byte)mask]);                                                                // and eax
    public void ShiftRaxLeft(int count) => Write([0xC1, 0xE0, (byte)count]);                                                        // shl eax

    public void CompareRax(int value)                                                                                               // cmp eax
    {
        _bytes.Add(0x3D);
        Write(BitConverter.GetBytes(value));
    }

    /// <summary>Moves if the compared value was not below.</summary>
    public void MoveIfNotBelow(Gpr to, Gpr from) =>                                                                                 // cmovae
        Write([Rex(true, (int)to, (int)from), 0x0F, 0x43, (byte)(0xC0 | ((int)to & 7) << 3 | (int)from & 7)]);

    /// <summary>rcx = rdi: the first argument in the Unix calling convention.</summary>
    public void RcxFromRdi() => Write([0x48, 0x89, 0xF9]);

    public void Add(Gpr to, int value)                                                                                              // add
    {
        Write([Rex(true, 0, (int)to), 0x81, (byte)(0xC0 | (int)to & 7)]);
        Write(BitConverter.GetBytes(value));
    }

    public void Add(Gpr to, Memory from) => Legacy(0x03, (int)to, from, wide: true);                                                // add

    /// <summary>Decrements and jumps back while the counter is not zero.</summary>
    public void CountDown(Gpr counter, int target)                                                                                  // dec, jnz
    {
        Write([Rex(true, 0, (int)counter), 0xFF, (byte)(0xC8 | (int)counter & 7), 0x0F, 0x85]);
        Write(BitConverter.GetBytes(target - (Here + 4)));
    }

    /// <summary>Clears the upper halves of the vectors and returns.</summary>
    public void Return() => Write([0xC5, 0xF8, 0x77, 0xC3]);                                                                        // vzeroupper, ret

    private void Evex(int map, int prefix, byte opcode, int register, int second, Zmm third)
    {
        int rm = third.Number;
        Prefix(map, prefix, register, second, x: rm >> 4 & 1, b: rm >> 3 & 1, broadcast: false);
        Write([opcode, (byte)(0xC0 | (register & 7) << 3 | rm & 7)]);
    }

    private void Evex(int map, int prefix, byte opcode, int register, int second, Memory memory, bool broadcast)
    {
        Prefix(map, prefix, register, second, x: 0, b: (int)memory.Base >> 3, broadcast);
        _bytes.Add(opcode);
        Address(register, memory);
    }

    private void Prefix(int map, int prefix, int register, int second, int x, int b, bool broadcast) => Write(
    [
        0x62,
        (byte)((~register >> 3 & 1) << 7 | (~x & 1) << 6 | (~b & 1) << 5 | (~register >> 4 & 1) << 4 | map),
        (byte)((~second & 15) << 3 | 4 | prefix),
        (byte)(0x40 | (broadcast ? 0x10 : 0) | (~second >> 4 & 1) << 3),    // 0x40: 512 bits
    ]);

    private void Legacy(byte opcode, int register, Memory memory, bool wide)
    {
        Write([Rex(wide, register, (int)memory.Base), opcode]);
        Address(register, memory);
    }

    /// <summary>ModRM, SIB where rax is added, and a displacement of four bytes.</summary>
    private void Address(int register, Memory memory)
    {
        int field = (register & 7) << 3, to = (int)memory.Base & 7;
        if (memory.PlusRax) Write([(byte)(0x80 | field | 4), (byte)((int)Gpr.Rax << 3 | to)]);
        else Write([(byte)(0x80 | field | to)]);
        Write(BitConverter.GetBytes(memory.Displacement));
    }

    private static byte Rex(bool wide, int register, int rm) => (byte)(0x40 | (wide ? 8 : 0) | register >> 3 << 2 | rm >> 3);

    private void Write(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);
}
