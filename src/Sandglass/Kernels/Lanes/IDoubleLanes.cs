namespace Sandglass.Kernels;

/// <summary>As many F64 as one vector of a width has: for weights and logits, each element by itself.</summary>
/// <typeparam name="D">The vector, read as F64 or as 64-bit integers.</typeparam>
/// <remarks>
/// Unlike <see cref="ILanes{F, I, B}"/> the number of lanes is the vector's own: nothing but integers is ever added across elements, and their sums are exact
/// in any order.
/// </remarks>
internal unsafe interface IDoubleLanes<D>
    where D : struct
{
    /// <summary>Elements of a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Reads F32, exact.</summary>
    static abstract D Widen(float* from);

    /// <summary>Rounds to F32 and writes that.</summary>
    static abstract void Narrow(float* to, D value);

    static abstract D Broadcast(double value);
    static abstract D BroadcastBits(ulong bits);
    static abstract void Store(ulong* to, D bits);
    static abstract D Add(D a, D b);
    static abstract D Subtract(D a, D b);
    static abstract D Multiply(D a, D b);
    static abstract D Divide(D a, D b);

    /// <summary>a * b + c with one rounding.</summary>
    static abstract D Fma(D a, D b, D c);

    /// <summary>The smaller; neither is NaN.</summary>
    static abstract D Min(D a, D b);

    /// <summary>The larger; neither is NaN.</summary>
    static abstract D Max(D a, D b);

    /// <summary>All bits set where a is at most b.</summary>
    static abstract D AtMost(D a, D b);

    /// <summary>Of the bits.</summary>
    static abstract D And(D a, D b);

    /// <summary>Of the bits, as integers.</summary>
    static abstract D AddBits(D a, D b);

    /// <summary>a, and where the mask's bits are set b with it: of the bits, as integers.</summary>
    static abstract D AddBitsWhere(D mask, D a, D b);

    /// <summary>Of the bits.</summary>
    static abstract D ShiftLeft(D a, int count);

    /// <summary>a where the mask's bits are set, else b.</summary>
    static abstract D Select(D mask, D a, D b);
}

/// <summary>A kernel in F64, as <see cref="KernelPath.RunDoubles{TKernel}(TKernel)"/> takes it: see <see cref="IKernel"/>.</summary>
internal interface IDoubleKernel
{
    /// <summary>The plain twin: a loop that reads like the formula.</summary>
    void Scalar();

    /// <summary>The same bits in lanes.</summary>
    void Vector<X, D>()
        where X : struct, IDoubleLanes<D>
        where D : struct;
}
