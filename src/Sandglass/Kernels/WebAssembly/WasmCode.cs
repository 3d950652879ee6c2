using System.Buffers.Binary;

namespace Sandglass.Kernels.WebAssembly;

/// <summary>A local variable of a function, the argument included.</summary>
internal readonly record struct Local(int Index);

/// <summary>Encodes a WebAssembly module with one function: the few instructions that our kernels need. Source: WebAssembly Core Specification 3.0, chapter 5;
/// relaxed SIMD is part of it.</summary>
/// <remarks>
/// The function takes the address of its arguments, gives nothing back, and works in the memory of the program that calls it. Instructions take their operands
/// from the stack, so a kernel is written in the order in which it would be read in reverse Polish notation.
/// </remarks>
internal sealed class WasmCode
{
    private const byte I32 = 0x7F, F32 = 0x7D, V128 = 0x7B, SimdPrefix = 0xFD;

    private readonly List<byte> _body = [];
    private readonly List<byte> _locals = [];

    /// <summary>The function's argument: an address.</summary>
    public static Local Argument => new(0);

    /// <summary>A new variable of 32 bits.</summary>
    public Local Int() => New(I32);

    /// <summary>A new variable in F32.</summary>
    public Local Float() => New(F32);

    /// <summary>A new variable of 128 bits.</summary>
    public Local Vector() => New(V128);

    /// <summary>Some of them.</summary>
    public Local[] Vectors(int count)
    {
        Local[] all = new Local[count];
        foreach (ref Local one in all.AsSpan()) one = Vector();
        return all;
    }

    public WasmCode Get(Local from) => With(0x20, from.Index);

    public WasmCode Set(Local to) => With(0x21, to.Index);

    /// <summary>Sets a variable and leaves the value on the stack.</summary>
    public WasmCode Tee(Local to) => With(0x22, to.Index);

    public WasmCode Const(int value)
    {
        _body.Add(0x41);
        Signed(value);
        return this;
    }

    public WasmCode Const(float value)
    {
        _body.Add(0x43);
        Span<byte> bits = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bits, value);
        _body.AddRange(bits);
        return this;
    }

    /// <summary>The same bits in each lane of 32.</summary>
    public WasmCode Splat(uint each)
    {
        Simd(WasmSimd.Const);
        Span<byte> bits = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bits, each);
        for (int lane = 0; lane < 4; lane++) _body.AddRange(bits);
        return this;
    }

    /// <summary>The same number in each lane.</summary>
    public WasmCode Splat(float each) => Splat(BitConverter.SingleToUInt32Bits(each));

    /// <summary>The same number in both lanes.</summary>
    public WasmCode Splat(double each)
    {
        Simd(WasmSimd.Const);
        Span<byte> bits = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bits, each);
        for (int lane = 0; lane < 2; lane++) _body.AddRange(bits);
        return this;
    }

    /// <summary>An instruction without operands of its own.</summary>
    public WasmCode Do(WasmOp op)
    {
        _body.Add((byte)op);
        return this;
    }

    /// <summary>A load or store of 32 bits; the address is on the stack.</summary>
    public WasmCode Do(WasmOp op, int offset)
    {
        _body.Add((byte)op);
        Place(offset);
        return this;
    }

    public WasmCode Simd(WasmSimd op)
    {
        _body.Add(SimdPrefix);
        Unsigned((uint)op);
        return this;
    }

    /// <summary>A load or store of a vector; the address is on the stack.</summary>
    public WasmCode Simd(WasmSimd op, int offset)
    {
        Simd(op);
        Place(offset);
        return this;
    }

    /// <summary>A lane of a vector, to take it out or to replace it.</summary>
    public WasmCode Lane(WasmSimd op, int lane)
    {
        Simd(op);
        _body.Add((byte)lane);
        return this;
    }

    /// <summary>Four lanes of 32 bits out of the eight of two vectors.</summary>
    public WasmCode Shuffle(int a, int b, int c, int d)
    {
        Simd(WasmSimd.Shuffle);
        foreach (int lane in (ReadOnlySpan<int>)[a, b, c, d])
        {
            for (int i = 0; i < 4; i++) _body.Add((byte)(4 * lane + i));
        }
        return this;
    }

    /// <summary>Repeats the body as long as the variable, from which 1 is taken after each round, is not 0; it is above 0 at first.</summary>
    public WasmCode Repeat(Local left, Action body)
    {
        _body.AddRange([0x03, 0x40]);
        body();
        Get(left).Const(1).Do(WasmOp.Sub).Tee(left);
        _body.AddRange([0x0D, 0, 0x0B]);
        return this;
    }

    /// <summary>Does the body where the number on the stack is not 0.</summary>
    public WasmCode If(Action body, Action? otherwise = null)
    {
        _body.AddRange([0x04, 0x40]);
        body();
        if (otherwise is not null)
        {
            _body.Add(0x05);
            otherwise();
        }
        _body.Add(0x0B);
        return this;
    }

    /// <summary>variable += value</summary>
    public WasmCode Advance(Local variable, int by) => Get(variable).Const(by).Do(WasmOp.Add).Set(variable);

    /// <summary>variable += other</summary>
    public WasmCode Advance(Local variable, Local by) => Get(variable).Get(by).Do(WasmOp.Add).Set(variable);

    /// <summary>variable = the 32 bits at an offset of the arguments.</summary>
    public WasmCode Load(Local variable, int argument) => Get(Argument).Do(WasmOp.Load, argument).Set(variable);

    /// <summary>The whole module: it imports <c>e.memory</c> and exports the function as <c>f</c>.</summary>
    public byte[] Module()
    {
        List<byte> code = [];
        List<(int Count, byte Type)> groups = [];
        foreach (byte type in _locals)
        {
            if (groups.Count > 0 && groups[^1].Type == type) groups[^1] = (groups[^1].Count + 1, type);
            else groups.Add((1, type));
        }
        Unsigned(code, (uint)groups.Count);
        foreach ((int count, byte type) in groups)
        {
            Unsigned(code, (uint)count);
            code.Add(type);
        }
        code.AddRange(_body);
        code.Add(0x0B);

        List<byte> module = [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0];
        Section(module, 1, [1, 0x60, 1, I32, 0]);
        Section(module, 2, [1, 1, (byte)'e', 6, .. "memory"u8, 2, 0, 0]);
        Section(module, 3, [1, 0]);
        Section(module, 7, [1, 1, (byte)'f', 0, 0]);
        List<byte> functions = [1];
        Unsigned(functions, (uint)code.Count);
        functions.AddRange(code);
        Section(module, 10, functions);
        return [.. module];
    }

    private static void Section(List<byte> module, byte id, List<byte> content)
    {
        module.Add(id);
        Unsigned(module, (uint)content.Count);
        module.AddRange(content);
    }

    private Local New(byte type)
    {
        _locals.Add(type);
        return new Local(_locals.Count);
    }

    private WasmCode With(byte op, int index)
    {
        _body.Add(op);
        Unsigned((uint)index);
        return this;
    }

    // Alignment is a hint: none is given.
    private void Place(int offset)
    {
        _body.Add(0);
        Unsigned((uint)offset);
    }

    private void Unsigned(uint value) => Unsigned(_body, value);

    private static void Unsigned(List<byte> to, uint value)
    {
        for (; value >= 0x80; value >>= 7) to.Add((byte)(value | 0x80));
        to.Add((byte)value);
    }

    private void Signed(int value)
    {
        while (value is < -64 or > 63)
        {
            _body.Add((byte)(value & 0x7F | 0x80));
            value >>= 7;
        }
        _body.Add((byte)(value & 0x7F));
    }
}
