namespace Sandglass.Cli.Tests;

public sealed class WiderProgramTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("processor\t: 0\nflags\t\t: fpu sse avx2 avx512f avx512dq avx512cd avx512bw avx512vl\nbugs\t:\n", true)]
    [InlineData("processor\t: 0\nflags\t\t: fpu sse avx2 avx512f avx512dq avx512cd avx512bw\nbugs\t: avx512vl\n", false)]    // of some parts, or not all of it
    [InlineData("processor\t: 0\nFeatures\t: fp asimd\n", false)]
    [InlineData("", false)]
    public void The_kernel_says_what_programs_may_use(string text, bool hasAvx512)
    {
        File.WriteAllText(_file, text);
        Assert.Equal(hasAvx512, WiderProgram.HasAvx512(_file));
    }

    [Fact]
    public void Where_nothing_tells_of_the_processor_this_program_goes_on() => Assert.False(WiderProgram.HasAvx512(_file + ".none"));

    [Fact]
    public void Nothing_in_the_working_directory_is_taken_for_the_other_program()
    {
        Assert.Null(WiderProgram.Beside(_file));
        string wider = _file + WiderProgram.Suffix, stray = Path.GetFullPath(WiderProgram.Suffix);
        File.WriteAllText(wider, "");
        File.WriteAllText(stray, "");
        try
        {
            Assert.Equal(wider, WiderProgram.Beside(_file));
            Assert.Null(WiderProgram.Beside(null));
        }
        finally
        {
            File.Delete(wider);
            File.Delete(stray);
        }
    }

    public void Dispose() => File.Delete(_file);
}
