using System.Reflection;
using System.Reflection.Emit;

namespace Sandglass.Tests;

/// <summary>Finds which types of an assembly use which others of it: in declarations, signatures, and the code of methods.</summary>
internal sealed class UsesOfTypes(Assembly assembly)
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private readonly HashSet<Use> _uses = [];

    public static IReadOnlyCollection<Use> Of(Assembly assembly) => Of(assembly, assembly.GetTypes());

    public static IReadOnlyCollection<Use> Of(Assembly assembly, params IEnumerable<Type> types)
    {
        UsesOfTypes found = new(assembly);
        foreach (Type type in types) found.Read(type);
        return found._uses;
    }

    private void Read(Type type)
    {
        Add(type, type.BaseType);
        foreach (Type used in type.GetInterfaces()) Add(type, used);
        foreach (Type parameter in type.GetGenericArguments()) AddConstraints(type, parameter);
        foreach (CustomAttributeData attribute in type.GetCustomAttributesData()) Add(type, attribute.AttributeType);
        foreach (FieldInfo field in type.GetFields(All)) Add(type, field.FieldType);
        foreach (MethodBase method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All))) Read(type, method);
    }

    private void Read(Type type, MethodBase method)
    {
        foreach (ParameterInfo parameter in method.GetParameters()) Add(type, parameter.ParameterType);
        if (method is MethodInfo { ReturnType: Type result }) Add(type, result);
        if (method.IsGenericMethodDefinition)
            foreach (Type parameter in method.GetGenericArguments()) AddConstraints(type, parameter);

        MethodBody? body = method.GetMethodBody();
        if (body is null) return;
        foreach (LocalVariableInfo local in body.LocalVariables) Add(type, local.LocalType);
        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause) Add(type, clause.CatchType);
        foreach (int token in Tokens(body.GetILAsByteArray()!)) Add(type, Resolve(method, token));
    }

    private void AddConstraints(Type type, Type parameter)
    {
        foreach (Type constraint in parameter.GetGenericParameterConstraints()) Add(type, constraint);
    }

    private void Add(Type user, MemberInfo? member)
    {
        switch (member)
        {
            case Type type:
                AddType(user, type);
                break;
            case FieldInfo field:
                AddType(user, field.DeclaringType!);
                AddType(user, field.FieldType);
                break;
            case MethodBase method:
                if (method.DeclaringType is not null) AddType(user, method.DeclaringType);
                if (method is MethodInfo { ReturnType: Type result }) AddType(user, result);
                if (method.IsGenericMethod)
                    foreach (Type argument in method.GetGenericArguments()) AddType(user, argument);
                break;
        }
    }

    private void AddType(Type user, Type used)
    {
        if (used.IsGenericParameter) return;
        if (used.HasElementType)
        {
            AddType(user, used.GetElementType()!);
            return;
        }
        if (used.IsFunctionPointer)
        {
            AddType(user, used.GetFunctionPointerReturnType());
            foreach (Type parameter in used.GetFunctionPointerParameterTypes()) AddType(user, parameter);
            return;
        }
        foreach (Type argument in used.GetGenericArguments()) AddType(user, argument);
        Type from = Outermost(user), to = Outermost(used);
        if (to.Assembly == assembly && from != to && IsOurs(from) && IsOurs(to)) _uses.Add(new Use(from.FullName!, to.FullName!));
    }

    // the compiler's own types (attributes, array data) stand in other namespaces or in none
    private bool IsOurs(Type type) => type.Namespace is string name && (name + ".").StartsWith(assembly.GetName().Name + ".", StringComparison.Ordinal);

    private static Type Outermost(Type type)
    {
        if (type.IsGenericType) type = type.GetGenericTypeDefinition();
        while (type.DeclaringType is Type outer) type = outer;
        return type;
    }

    private static MemberInfo? Resolve(MethodBase method, int token)
    {
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        return method.Module.ResolveMember(token, ofType, method.IsGenericMethod ? method.GetGenericArguments() : null);
    }

    /// <summary>The tokens of types, methods and fields in a method's code.</summary>
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (int at = 0; at < code.Length;)
        {
            short value = code[at++];
            if (value == 0xFE) value = (short)(0xFE00 | code[at++]);
            OperandType operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                yield return BitConverter.ToInt32(code, at);
            at += operand switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }
}
