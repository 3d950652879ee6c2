using System.Runtime.InteropServices;

namespace Sandglass.Kernels.WebAssembly;

/// <summary>What the kernel of a type depends on.</summary>
/// <param name="Type">The type of the weights.</param>
/// <param name="IsFused">Whether this machine's relaxed_madd rounds once.</param>
internal readonly record struct WasmDotShape(TensorType Type, bool IsFused);

/// <summary>
/// Writes sums[token, row] += weights[row, …] * activations[token, …] in integers as WebAssembly: what <see cref="QuantizedPanels{TFormat,TCodes}"/> does in
/// C# for <em>fast</em>, by bits, for the types whose files people have.
/// </summary>
/// <remarks>
/// Lane = row. A load widens eight codes, four columns of two rows, to 16 bits; one dot product of shorts adds neighbours, so a row's sum of a group lies in
/// two lanes, which are added at the end of the block. All of it is exact. The order of what is not, a block's scaled sums, is the plain twin's.
/// </remarks>
internal sealed class WasmDot
{
    private const int Quads = 4;    // of rows: a vector has four lanes

    private readonly WasmCode _code = new();
    private readonly WasmFma _fma;
    private readonly WasmFormat _format;
    private readonly Local _header, _codes, _part, _activation, _sums;
    private readonly Local[] _sum, _dots;
    private readonly Local _scale, _x, _y, _mask, _scaleA;

    private WasmDot(WasmDotShape shape)
    {
        _format = WasmFormat.Of(shape.Type)!.Value;
        (_header, _codes, _part, _activation, _sums) = (_code.Int(), _code.Int(), _code.Int(), _code.Int(), _code.Int());
        (_sum, _dots) = (_code.Vectors(Quads), _code.Vectors(2 * Quads));
        (_scale, _x, _y, _mask, _scaleA) = (_code.Vector(), _code.Vector(), _code.Vector(), _code.Vector(), _code.Vector());
        _fma = new WasmFma(_code, shape.IsFused);
    }

    /// <summary>The module of a shape; null for a type that has none.</summary>
    public static byte[]? Write(WasmDotShape shape) => WasmFormat.Of(shape.Type) is null ? null : new WasmDot(shape).Write();

    private byte[] Write()
    {
        Local panel = _code.Int(), panels = _code.Int(), blocks = _code.Int(), token = _code.Int(), block = _code.Int(), panelSums = _code.Int();
        Local stride = _code.Int(), sumStride = _code.Int();
        _fma.Begin();
        _code.Splat(_format.Bits == 4 ? 0x000F_000Fu : 0x003F_003Fu).Set(_mask);
        _code.Load(panel, Offset(nameof(WasmDotArguments.Panel))).Load(panels, Offset(nameof(WasmDotArguments.Panels)));
        _code.Load(panelSums, Offset(nameof(WasmDotArguments.Sums))).Load(stride, Offset(nameof(WasmDotArguments.ActivationStride)));
        _code.Load(sumStride, Offset(nameof(WasmDotArguments.SumStride)));
        _code.Repeat(panels, () =>
        {
            _code.Get(panel).Tee(_header).Const(_format.HeaderBytes).Do(WasmOp.Add).Set(_codes);
            _code.Const(0).Set(_part);
            _code.Load(block, Offset(nameof(WasmDotArguments.Activations))).Load(blocks, Offset(nameof(WasmDotArguments.Blocks)));
            _code.Repeat(blocks, () =>
            {
                _code.Get(block).Set(_activation).Get(panelSums).Set(_sums).Load(token, Offset(nameof(WasmDotArguments.Tokens)));
                _code.Repeat(token, () =>
                {
                    AddBlock();
                    _code.Advance(_activation, Marshal.SizeOf<ActivationBlock>()).Advance(_sums, sumStride);
                });
                Advance();
                _code.Advance(block, stride);
            });
            _code.Get(panel).Get(WasmCode.Argument).Do(WasmOp.Load, Offset(nameof(WasmDotArguments.PanelBytes))).Do(WasmOp.Add).Set(panel);
            _code.Advance(panelSums, Panels.Rows * sizeof(float));
        });
        return _code.Module();
    }

    /// <summary>On to the next 32 columns.</summary>
    private void Advance()
    {
        _code.Advance(_codes, _format.CodesBytes);
        if (_format.Parts == 1)
        {
            _code.Get(_codes).Set(_header).Advance(_codes, _format.HeaderBytes);
            return;
        }
        _code.Advance(_part, _format.SubBlocks * Panels.Rows);     // bytes of factors
        _code.Get(_part).Const(_format.Parts * _format.SubBlocks * Panels.Rows).Do(WasmOp.Equal).If(() =>
        {
            _code.Const(0).Set(_part);
            _code.Get(_codes).Set(_header).Advance(_codes, _format.HeaderBytes);
        });
    }

    /// <summary>One block of 16 rows and one token.</summary>
    private void AddBlock()
    {
        for (int quad = 0; quad < Quads; quad++) _code.Get(_sums).Simd(WasmSimd.Load, 16 * quad).Set(_sum[quad]);
        _code.Get(_activation).Simd(WasmSimd.Load32Splat, WasmBlock.Scale).Set(_scaleA);
        int groups = 8 / _format.SubBlocks;
        for (int sub = 0; sub < _format.SubBlocks; sub++)
        {
            Dot(sub * groups, groups);
            for (int quad = 0; quad < Quads; quad++) AddDot(quad, sub);
        }
        if (_format.HasMinimum)
        {
            _code.Get(_activation).Simd(WasmSimd.Load32Splat, WasmBlock.Sum).Set(_x);
            for (int quad = 0; quad < Quads; quad++)
            {
                _format.Minima(_code, _header, _part, quad);
                _code.Get(_scaleA).Simd(WasmSimd.MultiplyFloat).Set(_y);
                _fma.Do(_sum[quad], _x, _y, _sum[quad]);
            }
        }
        AddLargest();
        for (int quad = 0; quad < Quads; quad++) _code.Get(_sums).Get(_sum[quad]).Simd(WasmSimd.Store, 16 * quad);
    }

    /// <summary>The dot products of some groups of four columns, each row's in two lanes.</summary>
    private void Dot(int from, int count)
    {
        bool isPaired = _format.Bits == 4;  // groups g and g + 4 lie in the same bytes
        for (int group = from; group < (isPaired ? 4 : from + count); group++)
        {
            bool isFirst = group == from;
            Activation(group, _x);
            if (isPaired) Activation(group + 4, _y);
            for (int pair = 0; pair < 2 * Quads; pair++)
            {
                if (isPaired)
                {
                    _code.Get(_codes).Simd(WasmSimd.Load8x8U, 64 * group + 8 * pair).Tee(_scale).Get(_mask).Simd(WasmSimd.And).Get(_x).Simd(WasmSimd.DotShorts);
                    _code.Get(_scale).Const(4).Simd(WasmSimd.ShiftRightShortsU).Get(_y).Simd(WasmSimd.DotShorts).Simd(WasmSimd.AddInts);
                }
                else
                {
                    _format.Codes(_code, _codes, group, pair, _mask);
                    _code.Get(_x).Simd(WasmSimd.DotShorts);
                }
                if (!isFirst) _code.Get(_dots[pair]).Simd(WasmSimd.AddInts);
                _code.Set(_dots[pair]);
            }
        }
    }

    /// <summary>The codes of four columns of the token, for either row of a pair.</summary>
    private void Activation(int group, Local to) =>
        _code.Get(_activation).Simd(WasmSimd.Load32Splat, 4 * group).Simd(WasmSimd.ExtendLowBytesS).Set(to);

    /// <summary>sum = fma(dot - offset * sum of the codes, scale * scaleA, sum)</summary>
    private void AddDot(int quad, int sub)
    {
        Local first = _dots[2 * quad], second = _dots[2 * quad + 1];
        _code.Get(first).Get(second).Shuffle(0, 2, 4, 6).Get(first).Get(second).Shuffle(1, 3, 5, 7).Simd(WasmSimd.AddInts);
        if (_format.Offset != 0)
        {
            // Sums of codes are whole numbers in F32: of one half the difference of two.
            _code.Get(_activation).Simd(WasmSimd.Load32Splat, _format.SubBlocks == 2 ? WasmBlock.LowSum : WasmBlock.Sum);
            if (_format.SubBlocks == 2 && sub == 1)
                _code.Set(_y).Get(_activation).Simd(WasmSimd.Load32Splat, WasmBlock.Sum).Get(_y).Simd(WasmSimd.SubFloat);
            _code.Simd(WasmSimd.TruncateToInts).Const(int.TrailingZeroCount(_format.Offset)).Simd(WasmSimd.ShiftLeftInts).Simd(WasmSimd.SubInts);
        }
        _code.Simd(WasmSimd.ToFloats).Set(_x);
        _format.Scales(_code, _header, _part, quad, sub);
        _code.Get(_scaleA).Simd(WasmSimd.MultiplyFloat).Set(_y);
        _fma.Do(_sum[quad], _x, _y, _sum[quad]);
    }

    /// <summary>sum = fma(the weight of the column that the token keeps apart, its value, sum)</summary>
    /// <remarks>scale * code is exact (at most 24 bits), so the sum with the minimum, or with scale * -offset, is rounded once, as a fused one.</remarks>
    private void AddLargest()
    {
        Local column = _code.Int(), shift = _code.Int();
        _code.Get(_activation).Do(WasmOp.Load, WasmBlock.LargestColumn).Set(column);
        _code.Get(_activation).Do(WasmOp.Load, _format.Bits == 4 ? WasmBlock.NibbleShift : WasmBlock.ByteShift).Set(shift);
        Local at = _format.Place(_code, _codes, column);
        Local second = _code.Int();
        if (_format.SubBlocks == 2) _code.Get(_part).Get(column).Const(4).Do(WasmOp.ShiftRight).Const(4).Do(WasmOp.ShiftLeft).Do(WasmOp.Add).Set(second);
        for (int quad = 0; quad < Quads; quad++)
        {
            _format.Scales(_code, _header, _format.SubBlocks == 2 ? second : _part, quad, 0);
            _code.Set(_x);
            _format.Code(_code, at, column, shift, quad);
            _code.Simd(WasmSimd.ToFloats).Get(_x).Simd(WasmSimd.MultiplyFloat);
            if (_format.HasMinimum) _format.Minima(_code, _header, _part, quad);
            else _code.Get(_x).Splat((float)-_format.Offset).Simd(WasmSimd.MultiplyFloat);
            _code.Simd(WasmSimd.AddFloat).Set(_x).Get(_activation).Simd(WasmSimd.Load32Splat, WasmBlock.Largest).Set(_y);
            _fma.Do(_sum[quad], _x, _y, _sum[quad]);
        }
    }

    private static int Offset(string field) => (int)Marshal.OffsetOf<WasmDotArguments>(field);
}
