namespace Sandglass.Kernels.MachineCode;

/// <summary>The listing of SHA-256's blocks, four rounds at a time. Source: Intel, "Intel SHA extensions", 2013; instructions: Intel SDM volume 2.</summary>
/// <remarks>
/// Registers: xmm0 words plus constants of four rounds, 1 and 2 the state, 3 to 6 sixteen words of the message, 7 temporary. rcx: the
/// <see cref="Sha256Block"/>. Only moves read memory: the other SSE instructions fault on unaligned operands.
/// </remarks>
internal sealed class Sha256Code
{
    private const int Rcx = 1, Rdx = 2, R8 = 8, R9 = 9;
    private const int Words = 0, Abef = 1, Cdgh = 2, Message = 3, Free = 7;
    private const int AtData = 32, AtCount = 40, AtConstants = 48, AtState = 64, AtSixth = 96, AtSeventh = 112, AtByteOrder = 256;

    private readonly List<byte> _bytes = [];

    private Sha256Code()
    {
    }

    public static byte[] Write(bool argumentInRdi)
    {
        Sha256Code code = new();
        code.Function(argumentInRdi);
        return [.. code._bytes];
    }

    private void Function(bool argumentInRdi)
    {
        Add(0xC5, 0xF8, 0x77);                              // vzeroupper: avoids the penalty of SSE after AVX
        if (argumentInRdi) Add(0x48, 0x89, 0xF9);           // mov rcx, rdi
        Store(Rcx, AtSixth, 6);
        Store(Rcx, AtSeventh, 7);
        Load(Abef, Rcx, 0);
        Load(Cdgh, Rcx, 16);
        LoadPointer(Rdx, AtData);
        LoadPointer(R8, AtCount);
        LoadPointer(R9, AtConstants);
        int next = _bytes.Count;
        Block();
        Add(0x48, 0x83, 0xC2, 64);                          // add rdx, 64
        Add(0x49, 0xFF, 0xC8, 0x0F, 0x85);                  // dec r8; jnz
        _bytes.AddRange(BitConverter.GetBytes(next - (_bytes.Count + 4)));
        Store(Rcx, 0, Abef);
        Store(Rcx, 16, Cdgh);
        Load(6, Rcx, AtSixth);
        Load(7, Rcx, AtSeventh);
        Add(0xC3);                                          // ret
    }

    private void Block()
    {
        Store(Rcx, AtState, Abef);
        Store(Rcx, AtState + 16, Cdgh);
        for (int group = 0; group < 16; group++)
        {
            if (group < 4)
            {
                Load(Register(group), Rdx, 16 * group);
                Load(Free, R9, AtByteOrder);
                Do(0x66, 0x38, 0x00, Register(group), Free);                // pshufb
            }
            Load(Words, R9, 16 * group);
            Do(0x66, 0, 0xFE, Words, Register(group));                      // paddd
            Do(0, 0x38, 0xCB, Cdgh, Abef);                                  // sha256rnds2: two rounds
            Do(0x66, 0, 0x70, Words, Words, 0x0E);                          // pshufd: the upper two words
            Do(0, 0x38, 0xCB, Abef, Cdgh);
            if (group is >= 3 and < 15) NextWords(group);
        }
        Load(Free, Rcx, AtState);
        Do(0x66, 0, 0xFE, Abef, Free);                                      // paddd
        Load(Free, Rcx, AtState + 16);
        Do(0x66, 0, 0xFE, Cdgh, Free);
    }

    /// <summary>Words of the group after this one, in place of the oldest four.</summary>
    private void NextWords(int group)
    {
        int next = Register(group + 1), last = Register(group);
        Do(0, 0x38, 0xCC, next, Register(group + 2));                       // sha256msg1
        Do(0x66, 0, 0x6F, Free, last);                                      // movdqa
        Do(0x66, 0x3A, 0x0F, Free, Register(group + 3), 4);                 // palignr: the words seven back
        Do(0x66, 0, 0xFE, next, Free);                                      // paddd
        Do(0, 0x38, 0xCD, next, last);                                      // sha256msg2
    }

    private static int Register(int group) => Message + group % 4;

    private void Load(int register, int from, int offset) => Move(0x10, register, from, offset);    // movups

    private void Store(int to, int offset, int register) => Move(0x11, register, to, offset);       // movups

    private void Move(byte opcode, int register, int at, int offset)
    {
        if (at >= 8) Add(0x41);
        Add(0x0F, opcode, (byte)(0x80 | register << 3 | at & 7));
        _bytes.AddRange(BitConverter.GetBytes(offset));
    }

    /// <summary>Eight bytes of the block.</summary>
    private void LoadPointer(int register, byte offset) =>
        Add((byte)(register >= 8 ? 0x4C : 0x48), 0x8B, (byte)(0x40 | (register & 7) << 3 | Rcx), offset);   // mov

    private void Do(byte prefix, byte map, byte opcode, int to, int from, byte? immediate = null)
    {
        if (prefix != 0) Add(prefix);
        Add(0x0F);
        if (map != 0) Add(map);
        Add(opcode, (byte)(0xC0 | to << 3 | from));
        if (immediate is { } value) Add(value);
    }

    private void Add(params ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);
}
